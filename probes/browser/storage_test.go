package browser

import (
	"testing"
)

func TestLocalStorageIsTakenAlongOnce(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	v := visit(t, z, "  - goto: ZOO/elsewhere.html\n  - eval: \"localStorage.token = 'from the one before'; localStorage.n = 1\"")
	v.pass()
	saved, err := v.s.Storage(t.Context())
	if err != nil || saved[z.URL]["token"] != "from the one before" || len(saved) != 1 {
		t.Fatalf("saved %v, %v", saved, err)
	}
	v = visit(t, z, `
  - goto: ZOO/elsewhere.html
  - eval: localStorage.token + localStorage.n
    expect: result == "from the one before1"
  - eval: delete localStorage.token
  - reload:
  - eval: String(localStorage.token)
    expect: result == "undefined"
  - goto: OTHER/elsewhere.html
  - eval: localStorage.length
    expect: result == 0
`)
	if err := v.s.SetStorage(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	v.pass()
}
