let told = '';
onconnect = (e) => {
  const [port] = e.ports;
  port.onmessage = ({data}) => { if (data === '?') port.postMessage(told); else told = data; };
};
