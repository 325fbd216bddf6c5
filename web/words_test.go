package web

import (
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestTimesAreWrittenAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 400 * time.Microsecond: "<1 ms", 340 * time.Millisecond: "340 ms", 1239 * time.Millisecond: "1.24 s",
		45 * time.Second: "45.0 s", 125 * time.Second: "2 min 5 s", 2 * time.Minute: "2 min", 3 * time.Hour: "3 h",
	} {
		if got := took(d); got != want {
			t.Errorf("took(%s) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 59 * time.Second: "59 s", 11*time.Minute + 30*time.Second: "11 min",
		25 * time.Hour: "1 d 1 h", 90 * time.Minute: "1 h 30 min"} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{30 * time.Second: "30 s", 1500 * time.Millisecond: "1.5 s", 90 * time.Second: "1 min 30 s", 100 * time.Second: "1 min 40 s"} {
		if got := exact(d); got != want {
			t.Errorf("exact(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestAMomentIsAsShortAsItCanBeWithoutDoubt(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at          time.Time
		clock, hint string
	}{
		{now.Add(-5 * time.Second), "11:59:55 UTC", "5 s ago"},
		{now.Add(-300 * time.Millisecond), "11:59:59 UTC", "now"},
		{now.Add(90 * time.Second), "12:01:30 UTC", "in 1 min"},
		{now.Add(-13 * time.Hour), "21 Nov 23:00 UTC", "13 h ago"},
		{now.AddDate(-1, 0, 0), "22 Nov 2025 12:00 UTC", "365 days ago"},
		{now.Add(-time.Hour).In(time.FixedZone("", 3600)), "11:00:00 UTC", "1 h ago"},
	} {
		m := moment{c.at, now}
		if m.Clock() != c.clock || m.Hint() != c.hint {
			t.Errorf("%s is %q, %q, want %q, %q", c.at, m.Clock(), m.Hint(), c.clock, c.hint)
		}
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range probes.Reasons() {
		if because(r) == string(r) {
			t.Errorf("%s has no words", r)
		}
	}
}

func TestOnlyAddressesOfTheWebAreLinks(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/x?y=1": "https://a.example/x?y=1", "http://a.example": "http://a.example",
		"javascript:alert(1)": "", "JaVaScRiPt://a/%0aalert(1)": "", "data:text/html,x": "", "//a.example": "", "runbooks/x.md": "", "https:": "", "": "", "http://[": "",
	} {
		if got := string(external(address)); got != want {
			t.Errorf("external(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestSchedulesAreWrittenInWords(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]journeys.Schedule{
		"every 30 s": {Every: 30 * time.Second}, "every 1 min 30 s": {Every: 90 * time.Second},
		"cron */5 7-23 * * *, Europe/London": {Cron: "*/5 7-23 * * *", Timezone: london}, "cron 0 3 * * *, UTC": {Cron: "0 3 * * *"},
	} {
		if got := every(s); got != want {
			t.Errorf("%v is %q, want %q", s, got, want)
		}
	}
}

func TestTicksAreRoundAndFew(t *testing.T) {
	for end := time.Millisecond; end < time.Hour; end = end*13/10 + 1 {
		all := ticks(end)
		if len(all) < 2 || len(all) > 6 || all[0].Label != "0" {
			t.Errorf("%s has the ticks %v", end, all)
		}
	}
}

func TestHowAJourneyStands(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	minute := Journey{Schedule: journeys.Schedule{Every: time.Minute}, Timeout: 30 * time.Second, Confirm: 1}
	nightly := Journey{Schedule: journeys.Schedule{Cron: "0 3 * * *"}, Timeout: 30 * time.Second, Previous: now.Add(-9 * time.Hour)}
	ran := func(o probes.Outcome, ago time.Duration) *history.RunSummary {
		return &history.RunSummary{Outcome: o, StartedAt: now.Add(-ago), EndedAt: now.Add(-ago)}
	}
	open := incidents.State{Incident: &incidents.Incident{ID: "inc_1"}}
	for name, c := range map[string]struct {
		j          Journey
		s          incidents.State
		last       *history.RunSummary
		kind, word string
	}{
		"never ran":                     {minute, incidents.State{}, nil, none, "Waiting"},
		"passed":                        {minute, incidents.State{}, ran(probes.Passed, time.Minute), good, "Working"},
		"over its budget":               {minute, incidents.State{}, ran(probes.Degraded, time.Minute), slow, "Slow"},
		"failed once":                   {minute, incidents.State{}, ran(probes.Failed, time.Minute), bad, "Failing"},
		"not judged":                    {minute, incidents.State{}, ran(probes.Error, time.Minute), unsure, "Not judged"},
		"unknown outcome":               {minute, incidents.State{}, ran(probes.Outcome(9), time.Minute), unsure, "Not judged"},
		"a run or two late":             {minute, incidents.State{}, ran(probes.Passed, 3*time.Minute), good, "Working"},
		"long silent":                   {minute, incidents.State{}, ran(probes.Passed, 5*time.Minute), unsure, "No news"},
		"incident":                      {minute, open, ran(probes.Failed, time.Minute), bad, "Broken"},
		"incident, not judged":          {minute, open, ran(probes.Error, time.Minute), bad, "Broken"},
		"incident, passed":              {minute, open, ran(probes.Passed, time.Minute), bad, "Recovering"},
		"incident, long silent":         {minute, open, ran(probes.Passed, time.Hour), bad, "Broken"},
		"every night, ran":              {nightly, incidents.State{}, ran(probes.Passed, 9*time.Hour-time.Second), good, "Working"},
		"every night, missed the night": {nightly, incidents.State{}, ran(probes.Passed, 33*time.Hour), unsure, "No news"},
	} {
		if l := ofJourney(&c.j, &c.s, c.last, now); l.Kind != c.kind || l.Word != c.word {
			t.Errorf("%s: %s, %q, want %s, %q", name, l.Kind, l.Word, c.kind, c.word)
		}
	}
}

func TestTheVerdictNamesTheWorst(t *testing.T) {
	names := func(all ...string) (out []Journey) {
		for _, n := range all {
			out = append(out, Journey{Journey: &journeys.Journey{Name: n}})
		}
		return out
	}
	looks := func(words ...string) (out []look) {
		for _, w := range words {
			out = append(out, look{Word: w})
		}
		return out
	}
	three := names("browse", "checkout", "track-delivery")
	broken := incidents.Incident{Subject: "checkout"}
	own := incidents.Incident{}
	for _, c := range []struct {
		all   []Journey
		looks []look
		open  []incidents.Incident
		want  string
		kind  string
	}{
		{three, looks("Working", "Working", "Working"), nil, "All three journeys work.", good},
		{names("a", "b"), looks("Working", "Working"), nil, "Both journeys work.", good},
		{names("checkout"), looks("Working"), nil, "Checkout works.", good},
		{three, looks("Working", "Slow", "Working"), nil, "All three journeys work, but Checkout is slow.", slow},
		{names("checkout"), looks("Slow"), nil, "Checkout works, but it is slow.", slow},
		{names("a", "b"), looks("Slow", "Slow"), nil, "Both journeys work, but both are slow.", slow},
		{three, looks("Working", "Failing", "Not judged"), nil, "Checkout failed the last run.", bad},
		{three, looks("Working", "Broken", "Failing"), []incidents.Incident{broken}, "Checkout is broken.", bad},
		{three, looks("Working", "Broken", "Broken"), []incidents.Incident{broken, {Subject: "track-delivery"}}, "Checkout and Track delivery are broken.", bad},
		{three, looks("Working", "Recovering", "Working"), []incidents.Incident{own, broken}, "Checkout is broken.", bad},
		{three, looks("Working", "Working", "Working"), []incidents.Incident{own}, "Outrider itself is in trouble.", unsure},
		{three, looks("Working", "No news", "Not judged"), nil, "Nobody knows whether Track delivery and Checkout work.", unsure},
		{three, looks("Waiting", "Waiting", "Waiting"), nil, "Waiting for the first runs.", none},
		{three, looks("Working", "Working", "Waiting"), nil, "Two of three journeys work, the others have not run yet.", good},
		{nil, nil, nil, "Nothing is watched yet.", none},
		{nil, nil, []incidents.Incident{{Subject: "a"}, {Subject: "b"}, {Subject: "c"}, {Subject: "d"}}, "Four journeys are broken.", bad},
	} {
		if got := judge(c.all, c.looks, c.open); got.Sentence != c.want || got.Kind != c.kind {
			t.Errorf("%v: %q, %s, want %q, %s", c.looks, got.Sentence, got.Kind, c.want, c.kind)
		}
	}
}
