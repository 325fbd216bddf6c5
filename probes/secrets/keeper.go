package secrets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outrider-monitor/outrider/journeys"
)

// Store is a service that keeps secrets. Fetch gives the whole text that it has. A [Refusal] is an answer, which stays the
// same until somebody changes something; any other error means that there was no answer.
type Store interface {
	Fetch(ctx context.Context, v journeys.Vaulted) (string, error)
}

// Refusal says why a service has no secret for us.
type Refusal string

func (r Refusal) Error() string { return string(r) }

const (
	// fresh is how long a secret is used without asking again, ahead how long before that Run asks.
	fresh, ahead = 5 * time.Minute, time.Minute
	// patience bounds one question.
	patience = 5 * time.Second
	// pause is how long nobody asks again after a question that brought nothing: all the journeys that want the same secret
	// at that moment get the same answer, and a service in trouble is left alone.
	pause = 10 * time.Second
	// glance is how often Run looks for what has to be asked.
	glance = 20 * time.Second
	// questions is how many of them Run asks at a time.
	questions = 8
)

// Keeper keeps the secrets of a Store in memory. It is safe for use by several runs.
type Keeper struct {
	store Store
	log   *slog.Logger
	wake  chan struct{}

	mu   sync.Mutex
	kept map[journeys.Vaulted]*kept
}

// kept is what is known of one secret. But for turn the Keeper's lock guards it.
type kept struct {
	// turn holds something while somebody asks: others wait for that answer rather than ask too.
	turn chan struct{}
	// value is the last one, empty before the first and after a refusal; at is when it came.
	value string
	at    time.Time
	// doubted says that a journey failed with the value: it may have been changed where it is kept.
	doubted bool
	// err is what the last question brought if that was no value, and failed when it did.
	err    error
	failed time.Time
	// told says that the log has heard of err.
	told bool
}

// NewKeeper keeps nothing yet. log may be nil.
func NewKeeper(store Store, log *slog.Logger) *Keeper {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{store: store, log: log, wake: make(chan struct{}, 1), kept: map[journeys.Vaulted]*kept{}}
}

// Keep says which secrets the configuration has: Run asks for them at once, and all others are forgotten.
func (k *Keeper) Keep(all []journeys.Journey) {
	k.mu.Lock()
	next := map[journeys.Vaulted]*kept{}
	for i := range all {
		for _, s := range all[i].Secrets {
			if s.Vault != nil {
				next[*s.Vault] = k.entry(*s.Vault)
			}
		}
	}
	k.kept = next
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Run asks for each secret before its time is over, so that no run waits for it, until ctx ends. It never fails.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		k.refresh(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-k.wake:
		}
	}
}

// refresh asks for what is about to be too old.
func (k *Keeper) refresh(ctx context.Context) {
	k.mu.Lock()
	all := maps.Clone(k.kept)
	k.mu.Unlock()
	var asking errgroup.Group
	asking.SetLimit(questions)
	for _, v := range slices.SortedFunc(maps.Keys(all), byName) {
		if _, err, known := k.known(all[v], fresh-ahead); known && err == nil {
			continue
		}
		asking.Go(func() error {
			if _, err := k.ask(ctx, v, all[v], fresh-ahead); err != nil && ctx.Err() == nil {
				k.tell(all[v], v, err)
			}
			return nil
		})
	}
	asking.Wait() // none of them gives an error
}

func byName(a, b journeys.Vaulted) int {
	return slices.Compare([]string{a.Vault, a.ID, a.Region, a.Version, a.Stage}, []string{b.Vault, b.ID, b.Region, b.Version, b.Stage})
}

// Read gives a secret: at once if it is known, else within a few seconds.
func (k *Keeper) Read(ctx context.Context, v journeys.Vaulted) (string, error) {
	k.mu.Lock()
	e := k.entry(v)
	k.kept[v] = e
	k.mu.Unlock()
	if value, err, known := k.known(e, fresh); known {
		return value, err
	}
	return k.ask(ctx, v, e, fresh)
}

// Doubt says that a journey has failed with its secrets: whoever reads them next asks again, in case they have been changed
// where they are kept. A secret that has just come is beyond doubt.
func (k *Keeper) Doubt(all []journeys.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range all {
		if s.Vault == nil {
			continue
		}
		if e := k.kept[*s.Vault]; e != nil && time.Since(e.at) > pause {
			e.doubted = true
		}
	}
}

// entry finds what is known of a secret, under the lock.
func (k *Keeper) entry(v journeys.Vaulted) *kept {
	if e := k.kept[v]; e != nil {
		return e
	}
	return &kept{turn: make(chan struct{}, 1)}
}

// known gives what can be said without asking: a value that is younger than age, or what a question has just brought.
func (k *Keeper) known(e *kept, age time.Duration) (value string, err error, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case e.err != nil && time.Since(e.failed) < pause:
		return e.usable()
	case e.value != "" && !e.doubted && time.Since(e.at) < age:
		return e.value, nil, true
	}
	return "", nil, false
}

// usable is the value that goes on being used while there is no answer, or why there is none.
func (e *kept) usable() (value string, err error, known bool) {
	if e.value != "" {
		return e.value, nil, true
	}
	return "", e.err, true
}

// ask asks the service, unless another has just done so.
func (k *Keeper) ask(ctx context.Context, v journeys.Vaulted, e *kept, age time.Duration) (string, error) {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("waiting for %s: %w", v, context.Cause(ctx))
	}
	if value, err, known := k.known(e, age); known {
		return value, err
	}
	inner, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	value, err := k.store.Fetch(inner, v)
	if err == nil && value == "" {
		err = Refusal(v.String() + " is empty")
	}
	if err != nil && ctx.Err() != nil {
		return "", fmt.Errorf("asking for %s: %w", v, context.Cause(ctx))
	}
	if err != nil && inner.Err() != nil {
		err = fmt.Errorf("no answer within %s: %w", patience, err)
	}
	return k.learn(v, e, value, err)
}

// learn keeps an answer. What the service does not answer leaves the last value in use: a journey is not blind because
// AWS is.
func (k *Keeper) learn(v journeys.Vaulted, e *kept, value string, err error) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		e.value, e.at, e.doubted, e.err, e.told = value, time.Now(), false, nil, false
		return value, nil
	}
	e.err, e.failed = err, time.Now()
	var refusal Refusal
	if errors.As(err, &refusal) {
		e.value = ""
	}
	if e.value == "" {
		return "", err
	}
	if !e.told {
		e.told = true
		k.log.Warn("a secret cannot be read again; its last value is used", "secret", v.String(), "since", e.at, "error", err)
	}
	return e.value, nil
}

// tell says once in the log what Run has found out: nobody has to wait for the first run to hear it.
func (k *Keeper) tell(e *kept, v journeys.Vaulted, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !e.told {
		e.told = true
		k.log.Warn("a secret cannot be read; journeys that need it end in error", "secret", v.String(), "error", err)
	}
}
