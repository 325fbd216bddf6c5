package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch/alarms"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor"
)

// alarmsCommand is `outrider alarms`.
type alarmsCommand struct {
	Plan    alarmsPlanCommand    `cmd:"" help:"Show what apply would change."`
	Apply   alarmsApplyCommand   `cmd:"" help:"Create and update alarms, only where they differ."`
	Destroy alarmsDestroyCommand `cmd:"" help:"Delete every alarm of this deployment."`
	Drill   alarmsDrillCommand   `cmd:"" help:"Raise a journey's alarm by hand, to try its way to people."`
	Policy  alarmsPolicyCommand  `cmd:"" help:"Print the least IAM policy that is needed."`
}

// alarmFlags are what all of them take.
type alarmFlags struct {
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
}

type alarmsPlanCommand struct {
	alarmFlags
	Prune  bool   `help:"Show alarms of ours that no journey wants any more as deleted."`
	Format string `enum:"text,cloudformation" default:"text" help:"text, or cloudformation: a template of all alarms, made without asking AWS."`
}

type alarmsApplyCommand struct {
	alarmFlags
	Prune bool `help:"Delete alarms of ours that no journey wants any more."`
}

type alarmsDestroyCommand struct {
	alarmFlags
	Yes bool `help:"Do it. Without this the alarms are only listed."`
}

type alarmsDrillCommand struct {
	alarmFlags
	Journey string `arg:"" help:"The journey's name."`
}

type alarmsPolicyCommand struct{ alarmFlags }

// Run shows the plan and what it costs.
func (k *alarmsPlanCommand) Run(c *console) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	if k.Format == "cloudformation" {
		text, err := alarms.CloudFormation(s.wanted, s.options)
		if err != nil {
			return err
		}
		_, err = c.out.Write(text)
		return err
	}
	return s.ask(func(ctx context.Context, keeper *alarms.Keeper) error {
		p, err := keeper.Plan(ctx, s.wanted, k.Prune)
		if err != nil {
			return err
		}
		p.Write(c.out)
		fmt.Fprintln(c.out, s.cost())
		return nil
	})
}

// Run makes the changes and tells of each.
func (k *alarmsApplyCommand) Run(c *console) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	return s.ask(func(ctx context.Context, keeper *alarms.Keeper) error {
		p, err := keeper.Plan(ctx, s.wanted, k.Prune)
		if err != nil {
			return err
		}
		return s.change(ctx, c, keeper, p)
	})
}

// Run deletes what is ours, or lists it.
func (k *alarmsDestroyCommand) Run(c *console) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	return s.ask(func(ctx context.Context, keeper *alarms.Keeper) error {
		p, err := keeper.Plan(ctx, alarms.Set{}, true)
		switch {
		case err != nil:
			return err
		case !k.Yes && p.Pending() > 0:
			p.Write(c.out)
			return usage("nothing was deleted", "outrider alarms destroy --yes deletes them")
		}
		return s.change(ctx, c, keeper, p)
	})
}

// Run raises the alarm and says what to look for.
func (k *alarmsDrillCommand) Run(c *console) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.config.Journeys, func(j journeys.Journey) bool { return j.Name == k.Journey })
	if at < 0 {
		var names []string
		for i := range s.config.Journeys {
			names = append(names, s.config.Journeys[i].Name)
		}
		return usage(fmt.Sprintf("there is no journey %q in %s", k.Journey, s.config.File), document.DidYouMean(k.Journey, names))
	}
	return s.ask(func(ctx context.Context, keeper *alarms.Keeper) error {
		name, err := keeper.Drill(ctx, k.Journey)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s is in ALARM now, with the reason %q.\n", name, "A drill: outrider alarms drill "+k.Journey)
		actions := s.options.Actions
		if own := s.options.Teams[s.config.Journeys[at].Team]; len(own) > 0 {
			actions = own
		}
		if len(actions) == 0 {
			fmt.Fprintln(c.out, "It has no actions, so nobody is told: set cloudwatch.alarms.actions.")
			return nil
		}
		for _, a := range actions {
			fmt.Fprintf(c.out, "  told: %s\n", a)
		}
		fmt.Fprintln(c.out, "It goes back to OK by itself at its next evaluation, within a few minutes: look for the page, and for its end.")
		return nil
	})
}

// Run prints the policy.
func (k *alarmsPolicyCommand) Run(c *console) error {
	s, err := k.open()
	if err != nil {
		return err
	}
	text, err := alarms.Policy(s.options)
	if err != nil {
		return err
	}
	_, err = c.out.Write(text)
	return err
}

// alarmSet is a configuration with the alarms that it wants.
type alarmSet struct {
	config  *monitor.Config
	options alarms.Options
	wanted  alarms.Set
}

func (k *alarmFlags) open() (*alarmSet, error) {
	config, err := loadConfig(k.Config)
	if err != nil {
		return nil, err
	}
	if config.CloudWatch.Region == "" {
		return nil, usage(config.File+" has no cloudwatch", "add cloudwatch: {region: eu-west-1}")
	}
	s := &alarmSet{config: config}
	s.wanted, s.options = config.WantedAlarms(time.Now())
	return s, nil
}

// ask gives a keeper that talks to AWS, until Ctrl-C.
func (s *alarmSet) ask(do func(context.Context, *alarms.Keeper) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := cloudwatch.NewClient(ctx, s.config.CloudWatch.Region)
	if err == nil {
		err = do(ctx, alarms.NewKeeper(client, s.options))
	}
	var told *failure
	switch {
	case err == nil || errors.As(err, &told):
		return err
	case ctx.Err() != nil:
		return &failure{code: codeFailed, err: errors.New("interrupted"), hint: "what is listed above is done; the same again does the rest"}
	}
	return &failure{code: codeFailed, err: err, hint: cloudwatch.Advice(err)}
}

// change applies a plan and tells of each change.
func (s *alarmSet) change(ctx context.Context, c *console, keeper *alarms.Keeper, p *alarms.Plan) error {
	err := keeper.Apply(ctx, p, func(change alarms.Change) { fmt.Fprintf(c.out, "%s %s\n", past(change.Verb), change.Name) })
	if err != nil {
		return fmt.Errorf("%w (what is listed above is done; apply again for the rest)", err)
	}
	fmt.Fprintf(c.out, "%d changed, %d unchanged.\n", p.Pending(), p.Unchanged)
	return nil
}

func (s *alarmSet) cost() alarms.Cost {
	steps := 0
	if s.config.CloudWatch.Steps {
		for i := range s.config.Journeys {
			steps += len(s.config.Journeys[i].Steps)
		}
	}
	return alarms.CostOf(len(s.config.Journeys), steps, s.wanted)
}

// past says that it is done.
func past(v alarms.Verb) string {
	return map[alarms.Verb]string{alarms.Create: "created", alarms.Update: "updated", alarms.Delete: "deleted"}[v]
}
