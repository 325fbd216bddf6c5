package alarms

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/time/rate"
)

// Keeper compares the alarms that are wanted with those that are there, and brings them in step.
type Keeper struct {
	api     API
	options Options
	limit   *rate.Limiter
}

// callsPerSecond keeps to what CloudWatch allows an account and a region for calls about alarms.
const callsPerSecond = 3

// NewKeeper makes a keeper of one deployment's alarms.
func NewKeeper(api API, o Options) *Keeper {
	return &Keeper{api: api, options: o, limit: rate.NewLimiter(callsPerSecond, callsPerSecond)}
}

// Verb is what a change does.
type Verb string

// The verbs of a plan. Orphan: an alarm of ours that no journey wants, left alone unless the plan prunes. Foreign: one
// that has a name of ours without our tag, and is never touched.
const (
	Create  Verb = "create"
	Update  Verb = "update"
	Delete  Verb = "delete"
	Orphan  Verb = "orphan"
	Foreign Verb = "foreign"
)

// Change is one line of a plan. Before is nil for a new alarm, and After for one that goes.
type Change struct {
	Verb          Verb
	Name          string
	Before, After thing
}

// Plan is what would be changed, in the order in which it would be.
type Plan struct {
	Changes   []Change
	Unchanged int
}

// Pending is the number of changes that applying would make.
func (p *Plan) Pending() int {
	n := 0
	for _, c := range p.Changes {
		if c.Verb == Create || c.Verb == Update || c.Verb == Delete {
			n++
		}
	}
	return n
}

// Plan compares what is wanted with what is there. With prune, what is ours and nobody wants goes. Rules that mute alarms are
// made after them, and go before them.
func (k *Keeper) Plan(ctx context.Context, set Set, prune bool) (*Plan, error) {
	wanted := set.Alarms
	there, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]*existing{}
	for i := range there {
		byName[there[i].Name] = &there[i]
	}
	p := &Plan{}
	names := map[string]bool{}
	for i := range wanted {
		w := &wanted[i]
		names[w.Name] = true
		e := byName[w.Name]
		switch {
		case e == nil:
			p.Changes = append(p.Changes, Change{Create, w.Name, nil, w})
		case slices.Equal(e.fields(), w.fields()):
			p.Unchanged++
		default:
			if err := k.touch(ctx, p, Update, e, w); err != nil {
				return nil, err
			}
		}
	}
	verb := Orphan
	if prune {
		verb = Delete
	}
	if err := k.others(ctx, p, &set, verb); err != nil {
		return nil, err
	}
	return p, k.leave(ctx, p, verb, there, names)
}

// leave adds what is there and not wanted.
func (k *Keeper) leave(ctx context.Context, p *Plan, verb Verb, there []existing, wanted map[string]bool) error {
	var over []*existing
	for i := range there {
		if !wanted[there[i].Name] {
			over = append(over, &there[i])
		}
	}
	for _, e := range usersFirst(over) {
		if err := k.touch(ctx, p, verb, e, nil); err != nil {
			return err
		}
	}
	return nil
}

// usersFirst puts each alarm behind the composite ones that are made of it: CloudWatch deletes none that is needed.
func usersFirst(all []*existing) []*existing {
	users := map[string]int{}
	for _, e := range all {
		for _, of := range all {
			if e.uses(of.Name) {
				users[of.Name]++
			}
		}
	}
	ordered := make([]*existing, 0, len(all))
	for len(ordered) < len(all) {
		before := len(ordered)
		for _, e := range all {
			if users[e.Name] != 0 {
				continue
			}
			users[e.Name] = -1 // done
			ordered = append(ordered, e)
			for _, of := range all {
				if e.uses(of.Name) {
					users[of.Name]--
				}
			}
		}
		if len(ordered) == before {
			break // alarms that need each other in a circle are none of ours
		}
	}
	return ordered
}

// uses reports whether a composite alarm is made of the named one.
func (a *Alarm) uses(name string) bool { return strings.Contains(a.Rule, fmt.Sprintf("%q", name)) }

// touch adds a change of an alarm that is there, if it is ours.
func (k *Keeper) touch(ctx context.Context, p *Plan, verb Verb, e *existing, after *Alarm) error {
	mine, err := k.ours(ctx, e.Name, e.arn)
	if err != nil {
		return err
	}
	if !mine {
		verb, after = Foreign, nil
	}
	c := Change{Verb: verb, Name: e.Name, Before: &e.Alarm}
	if after != nil { // a nil *Alarm in an interface would not be nil
		c.After = after
	}
	p.Changes = append(p.Changes, c)
	return nil
}

// Write shows the plan as a diff.
func (p *Plan) Write(w io.Writer) {
	signs := map[Verb]string{Create: "+", Update: "~", Delete: "-", Orphan: "?", Foreign: "!"}
	notes := map[Verb]string{Orphan: "no journey wants it; --prune deletes it", Foreign: "has our name and not our tag: left alone"}
	for i := range p.Changes {
		c := &p.Changes[i]
		fmt.Fprintf(w, "%s %s  %s\n", signs[c.Verb], c.Verb, c.Name)
		switch {
		case notes[c.Verb] != "":
			fmt.Fprintf(w, "    %s\n", notes[c.Verb])
		case c.Verb == Create:
			fmt.Fprintf(w, "    %s\n", c.After)
			c.writeActions(w)
		case c.Verb == Update:
			c.writeFields(w)
		}
	}
	fmt.Fprintf(w, "%d to change, %d unchanged.\n", p.Pending(), p.Unchanged)
}

// writeFields shows what differs. The kind of an alarm cannot change.
func (c *Change) writeFields(w io.Writer) {
	before := map[string]string{}
	for _, f := range c.Before.fields() {
		before[f.name] = f.value
	}
	for _, f := range c.After.fields() {
		switch old := before[f.name]; {
		case old == f.value:
		case len(old)+len(f.value) > longLine: // two long ones beside each other hide what differs
			fmt.Fprintf(w, "    %s\n      - %s\n      + %s\n", f.name, quoted(old), quoted(f.value))
		default:
			fmt.Fprintf(w, "    %-12s %s -> %s\n", f.name, quoted(old), quoted(f.value))
		}
	}
}

// longLine is what fits beside the name of a field.
const longLine = 120

// writeActions says who will hear of a new alarm.
func (c *Change) writeActions(w io.Writer) {
	for _, f := range c.After.fields() {
		if f.name == actionsField && f.value != "" {
			fmt.Fprintf(w, "    %-12s %s\n", f.name, f.value)
		}
	}
}

func quoted(text string) string {
	if text == "" || strings.Contains(text, "  ") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
