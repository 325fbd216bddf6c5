package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// took writes a measured time with three digits or so: 340 ms, 1.24 s, 2 min 5 s.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 ms"
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return span(d)
}

// span writes a length of time as a person says it.
func span(d time.Duration) string {
	d = max(0, d)
	pair := func(big, small int, bigUnit, smallUnit string) string {
		if small == 0 {
			return fmt.Sprintf("%d %s", big, bigUnit)
		}
		return fmt.Sprintf("%d %s %d %s", big, bigUnit, small, smallUnit)
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 10*time.Minute:
		return pair(int(d.Minutes()), int(d.Seconds())%60, "min", "s")
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return pair(int(d.Hours()), int(d.Minutes())%60, "h", "min")
	}
	return pair(int(d.Hours())/24, int(d.Hours())%24, "d", "h")
}

// exact writes a setting such as a budget or an interval, which is a round number: 30s is 30 s, 1m30s is 1 min 30 s.
func exact(d time.Duration) string {
	if d < time.Minute {
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(d.Seconds(), 'f', 3, 64), "0"), ".") + " s"
	}
	return span(d)
}

// moment is a time as the pages show it.
type moment struct {
	t, now time.Time
}

// ISO is for machines.
func (m moment) ISO() string { return m.t.UTC().Format(time.RFC3339) }

// Clock is as short as it can be without doubt, seen from now.
func (m moment) Clock() string {
	t, now := m.t.UTC(), m.now.UTC()
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05 UTC")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04 UTC")
	}
	return t.Format("2 Jan 2006 15:04 UTC")
}

// Full leaves nothing out.
func (m moment) Full() string { return m.t.UTC().Format("Monday 2 January 2006 15:04:05 UTC") }

// Hint says how far away it is.
func (m moment) Hint() string {
	d := m.now.Sub(m.t)
	switch {
	case d >= 0 && d < time.Second, d < 0 && d > -time.Second:
		return "now"
	case d < 0:
		return "in " + coarse(-d)
	}
	return coarse(d) + " ago"
}

// coarse is a span of one unit.
func coarse(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

// human makes the beginning of a sentence of a journey's name: track-delivery is Track delivery, as in its pages.
func human(name string) string {
	words := []rune(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if len(words) > 0 {
		words[0] = unicode.ToUpper(words[0])
	}
	return string(words)
}

// capital makes the beginning of a sentence of a message.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}

// breakable is an address as short as people say it, in the pieces between which a line may end.
func breakable(address string) []string {
	short := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://"), "/")
	return strings.SplitAfter(short, "/")
}

// titled is a journey's title, or its name where its author gave none.
func titled(title, name string) string {
	if title != "" {
		return title
	}
	return human(name)
}

// because puts a reason in words.
func because(r probes.Reason) string {
	words := map[probes.Reason]string{
		probes.DNS:          "the name could not be resolved",
		probes.Connect:      "no connection",
		probes.TLS:          "no trusted TLS connection",
		probes.Timeout:      "it took too long",
		probes.Status:       "the wrong HTTP status",
		probes.Assertion:    "an expectation did not hold",
		probes.Locator:      "an element could not be used",
		probes.Navigation:   "the page could not be opened",
		probes.Script:       "a script of the page failed",
		probes.Blocked:      "the monitor was refused",
		probes.RateLimited:  "the monitor was asked to slow down",
		probes.Slow:         "over its time budget",
		probes.BrowserFault: "the monitor's browser failed",
		probes.Offline:      "the monitor itself is offline",
		probes.Resources:    "the monitor lacks memory, disk or time",
		probes.Config:       "something the journey needs is not set",
		probes.Cancelled:    "the run was stopped",
		probes.Internal:     "a defect of the monitor",
	}
	if text, ok := words[r]; ok {
		return text
	}
	return string(r)
}

// every puts a schedule in words.
func every(s journeys.Schedule) string {
	switch {
	case s.Cron != "" && s.Timezone != nil && s.Timezone != time.UTC:
		return "cron " + s.Cron + ", " + s.Timezone.String()
	case s.Cron != "":
		return "cron " + s.Cron + ", UTC"
	case s.Every > 0:
		return "every " + exact(s.Every)
	}
	return "not known"
}

// count writes a number with its noun: 1 run, 2 runs, 1,204 runs.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// numeral writes small numbers as a sentence has them.
func numeral(n int) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n < len(words) {
		return words[n]
	}
	return grouped(n)
}

// list joins names as a sentence does, and says how many more there are than it names.
func list(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// external is an address that may be linked to: http or https. Of anything else nothing is made but text.
func external(address string) template.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return template.URL(u.String())
}

// sized writes a number of bytes.
func sized(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
