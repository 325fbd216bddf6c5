// Keeps the shop on this machine: Node loads it before EverShop (scripts/evershop), which would listen on every
// address, and whose seed would fetch its pictures from another site.
const dns = require('node:dns')
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  return Number.isInteger(port) ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, ...rest)
}

const lookup = dns.lookup
dns.lookup = function (name, ...rest) {
  if (name === 'localhost' || net.isIP(name)) return lookup.call(this, name, ...rest)
  const answer = rest[rest.length - 1]
  process.nextTick(answer, new Error(`${name} is not on this machine`))
}
