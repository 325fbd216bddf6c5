package sns

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/paging"
)

func TestMessagesAreAsTheyWereReadLast(t *testing.T) {
	for _, name := range []string{"opened", "closed", "monitor-opened", "test"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var page paging.Page
		if err := json.Unmarshal(text, &page); err != nil {
			t.Fatal(err)
		}
		in, err := inputFor(page, standard+".fifo")
		if err != nil {
			t.Fatal(err)
		}
		var message map[string]string
		if err := json.Unmarshal([]byte(*in.Message), &message); err != nil {
			t.Fatal(err)
		}
		if whole, _ := json.Marshal(page); message["default"] != string(whole) {
			t.Errorf("%s: programs get %s, want the page", name, message["default"])
		}
		var b strings.Builder
		fmt.Fprintf(&b, "Subject: %s\nGroup: %s\nDeduplication: %s\n", *in.Subject, *in.MessageGroupId, *in.MessageDeduplicationId)
		for _, key := range slices.Sorted(maps.Keys(in.MessageAttributes)) {
			fmt.Fprintf(&b, "%s = %s\n", key, *in.MessageAttributes[key].StringValue)
		}
		fmt.Fprintf(&b, "\nsms: %s\n\nemail:\n%s\n", message["sms"], message["email"])
		golden.Check(t, name+".txt", b.String())
	}
}
