package probes

// mentions reports whether an expression uses the name as a value of its own: neither as a member
// (json.status) nor in a string nor as a part of another name.
func mentions(source, name string) bool {
	for i := 0; i < len(source); {
		switch c := source[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = endOfString(source, i)
		case isName(c):
			end := i
			for end < len(source) && isName(source[end]) {
				end++
			}
			if source[i:end] == name && !isMember(source, i) {
				return true
			}
			i = end
		default:
			i++
		}
	}
	return false
}

// endOfString gives the index after the string that begins at i.
func endOfString(source string, i int) int {
	quote := source[i]
	for i++; i < len(source); i++ {
		if source[i] == '\\' && quote != '`' {
			i++
		} else if source[i] == quote {
			return i + 1
		}
	}
	return len(source)
}

// isMember reports whether the name at i follows a dot that is not part of a range (1..status).
func isMember(source string, i int) bool {
	for i--; i >= 0 && (source[i] == ' ' || source[i] == '\n' || source[i] == '\t'); i-- {
	}
	return i >= 0 && source[i] == '.' && (i == 0 || source[i-1] != '.')
}

func isName(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
