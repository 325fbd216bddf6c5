package incidents

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

func passedRun(id string, at time.Time) *probes.Result {
	return &probes.Result{RunID: id, Journey: "browse", Outcome: probes.Passed, StartedAt: at, EndedAt: at.Add(time.Second)}
}

func TestAPassedRunOfACalmJourneyIsQuiet(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first, _ := Judge(State{Subject: "browse"}, Policy{}, *passedRun("1", at))
	r := passedRun("2", at.Add(time.Minute))
	next, _ := Judge(first, Policy{}, *r)
	if !first.Quiet(&next, r) {
		t.Errorf("%+v\n%+v", first, next)
	}
	if made := first.Passing(r.RunID, r.StartedAt, r.EndedAt); !reflect.DeepEqual(made, next) {
		t.Errorf("made %+v\nwant %+v", made, next)
	}
	before := State{Subject: "browse"}
	if before.Quiet(&first, passedRun("1", at)) {
		t.Error("the first run says since when the journey passes")
	}
}

// Whatever else a state says is stored with its run: each field that differs makes a run one that is not quiet, also a
// field that somebody adds later.
func TestARunIsNotQuietWhenAnyFieldSaysMore(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	prev := State{Subject: "browse", LastRunID: "1", Passed: 3, LastRunAt: at, LastPassedAt: at, MendedAt: at, LastOutcome: probes.Passed}
	r := passedRun("2", at.Add(time.Minute))
	next := prev.Passing(r.RunID, r.StartedAt, r.EndedAt)
	if !prev.Quiet(&next, r) {
		t.Fatal("not quiet at all")
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[State]()) {
		paths := [][]int{f.Index}
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]() {
			paths = nil
			for n := range f.Type.NumField() {
				paths = append(paths, append(slices.Clone(f.Index), n))
			}
		}
		for _, path := range paths {
			more := next
			fill(t, reflect.ValueOf(&more).Elem().FieldByIndex(path))
			if prev.Quiet(&more, r) {
				t.Errorf("a run that changes %s%v is told as quiet", f.Name, path)
			}
		}
	}
	for _, other := range []probes.Outcome{probes.Failed, probes.Degraded, probes.Error} {
		bad := *r
		bad.Outcome = other
		if prev.Quiet(&next, &bad) {
			t.Errorf("%s is told as quiet", other)
		}
	}
	if late := prev; prev.Quiet(&late, r) {
		t.Error("a run that changed nothing, being late, is told as quiet: it would be counted when the state is read")
	}
}

// fill gives a field a value that it did not have.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		m.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), reflect.New(v.Type().Elem()).Elem())
		v.Set(m)
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = at.Add(time.Second)
			return
		}
		t.Fatalf("no value for a %s", v.Type())
	default:
		if v.CanUint() {
			v.SetUint(v.Uint() + 1)
			return
		}
		t.Fatalf("no value for a %s", v.Type())
	}
}
