package wire

import (
	"bytes"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/chromedp"
)

// FuzzAMessageIsReadFromItsEnds wraps a body as Chromium does and wants it back untouched, whatever it holds.
func FuzzAMessageIsReadFromItsEnds(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"timestamp":1}`, `{"sessionId":"B"}`, `{"a":"}\",\"sessionId\":\"B\"}"}`, `{"a":{"sessionId":"B"}}`,
		`{"method":"x","params":{}}`, `{"error":{"code":1}}`, `{"a":"\\"}`, ` {"a": [1, {"id":7}]} `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !jsonv2.Value(body).IsValid() || bytes.IndexByte(body, 0) >= 0 {
			return
		}
		for _, outer := range []string{`{"method":"Page.a","params":%s}`, `{"id":1073741825,"result":%s}`, `{"id":1,"error":%s}`} {
			before, after, _ := strings.Cut(outer, "%s")
			alone := []byte(before + string(body) + after)
			if o, ok := readOutside(alone); ok {
				t.Fatalf("%s is taken for a session's: %+v", alone, o)
			}
			o, ok := readOutside([]byte(before + string(body) + `,"sessionId":"5E55"}`))
			want := outside{session: "5E55", body: body, refused: strings.Contains(before, "error")}
			var m cdproto.Message
			_ = jsonv2.Unmarshal([]byte(before+"{}"+after), &m, chromedp.DefaultUnmarshalOptions)
			want.method, want.id = string(m.Method), m.ID
			if !ok || !reflect.DeepEqual(o, want) {
				t.Fatalf("%s is read as %+v, want %+v", alone, o, want)
			}
		}
	})
}

func TestWhatIsNotWrittenAsChromiumWritesItIsReadAsAWhole(t *testing.T) {
	for _, frame := range []string{
		`{"id":7,"sessionId":"A","result":{}}`, `{"params":{},"method":"a","sessionId":"A"}`, `{"id":7,"result":{},"sessionId":"A" }`,
		`{"id":"x","result":{},"sessionId":"A"}`, `{"method":"a\u0041","params":{},"sessionId":"A"}`, `{"method":"a","sessionId":"A"}`, "", "}", `"}`,
	} {
		if o, ok := readOutside([]byte(frame)); ok {
			t.Errorf("%s is read as %+v", frame, o)
		}
	}
}

func TestACommandIsWrittenAsTheProtocolWantsIt(t *testing.T) {
	for _, params := range []any{nil, map[string]any{"a": "b"}, jsonv2.Value(`{"c":[1]}`)} {
		raw, err := encode(params)
		if err != nil {
			t.Fatal(err)
		}
		frame := appendCommand(nil, 7, "S", "Page.enable", raw)
		var m cdproto.Message
		if err := jsonv2.Unmarshal(bytes.TrimSuffix(frame, []byte{0}), &m); err != nil {
			t.Fatalf("%q: %v", frame, err)
		}
		if m.ID != 7 || m.SessionID != "S" || m.Method != "Page.enable" || !bytes.Equal(m.Params, raw) {
			t.Errorf("%q is read as %+v", frame, m)
		}
	}
}

func TestABrowserThatDoesNotReadHoldsNobodyUpAndGetsAllInOrder(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	o, err := newOutlet(out, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for n := range 500 {
		frame := bytes.Repeat([]byte{byte(n)}, 1+n*7)
		want = append(want, frame...)
		o.put(frame)
	}
	got := make([]byte, len(want))
	_ = in.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadFull(in, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the frames came in another order")
	}
	if err := o.close(); err != nil {
		t.Error(err)
	}
}
