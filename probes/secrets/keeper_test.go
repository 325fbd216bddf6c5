package secrets

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// service is a Store whose answer can be changed.
type service struct {
	asked atomic.Int32
	mu    sync.Mutex
	value string
	err   error
	// takes is how long an answer takes.
	takes time.Duration
}

func (s *service) set(value string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.err = value, err
}

func (s *service) Fetch(ctx context.Context, v journeys.Vaulted) (string, error) {
	s.asked.Add(1)
	s.mu.Lock()
	value, err, takes := s.value, s.err, s.takes
	s.mu.Unlock()
	select {
	case <-time.After(takes):
		return value, err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func card() journeys.Vaulted {
	return journeys.Vaulted{Vault: journeys.SecretsManager, ID: "shop/card", Region: "eu-west-1"}
}

// reading is a keeper of a service, and what reads one secret of it.
func reading(t *testing.T, s *service) (k *Keeper, read func(value, problem string)) {
	k = NewKeeper(s, nil)
	return k, func(value, problem string) {
		t.Helper()
		got, err := k.Read(t.Context(), card())
		if got != value || (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("got %q, %v; want %q, %q", got, err, value, problem)
		}
	}
}

func (s *service) wantAsked(t *testing.T, want int32) {
	t.Helper()
	if got := s.asked.Load(); got != want {
		t.Errorf("the service was asked %d times, want %d", got, want)
	}
}

func TestASecretIsAskedForOnceForAllWhoWantIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{value: "4242", takes: time.Second}
		_, read := reading(t, s)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { read("4242", "") })
		}
		all.Wait()
		s.wantAsked(t, 1)
		time.Sleep(fresh - time.Second)
		read("4242", "")
		s.wantAsked(t, 1)
		s.set("1111", nil)
		time.Sleep(time.Second)
		read("1111", "")
		s.wantAsked(t, 2)
	})
}

func TestAServiceThatIsDownLeavesTheLastValueInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{value: "4242"}
		_, read := reading(t, s)
		read("4242", "")
		s.set("", errors.New("throttled"))
		time.Sleep(24 * time.Hour)
		read("4242", "")
		read("4242", "")
		s.wantAsked(t, 2) // the second did not ask again at once
		s.set("1111", nil)
		time.Sleep(pause)
		read("1111", "")
	})
}

func TestARefusalIsNoLongerAnsweredWithTheLastValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{value: "4242"}
		_, read := reading(t, s)
		read("4242", "")
		s.set("", Refusal("not allowed"))
		time.Sleep(fresh)
		read("", "not allowed")
		s.set("", errors.New("throttled"))
		time.Sleep(pause)
		read("", "throttled")
	})
}

func TestAFailedJourneyMakesItsSecretsBeReadAfresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{value: "old"}
		k, read := reading(t, s)
		v := card()
		doubt := func() { k.Doubt([]journeys.Secret{{Name: "card", Vault: &v}, {Name: "other", Env: "X"}}) }
		doubt() // nothing is known of it yet
		read("old", "")
		s.set("new", nil)
		doubt()
		read("old", "") // it has only just come: a thousand journeys that fail at once do not ask a thousand times
		time.Sleep(pause + 1)
		doubt()
		read("new", "")
		s.wantAsked(t, 2)
		time.Sleep(pause + 1)
		doubt()
		s.set("", errors.New("throttled"))
		read("new", "")
	})
}

func TestAQuestionHasItsTimeAndAllWhoWaitHearTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{value: "4242", takes: time.Hour}
		k, read := reading(t, s)
		begun := time.Now()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { read("", "no answer within 5s") })
		}
		all.Wait()
		if took := time.Since(begun); took != patience {
			t.Errorf("it took %s", took)
		}
		s.wantAsked(t, 1)
		time.Sleep(pause)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.Read(ctx, card()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		// Who had no more time was not answered: it is no failure of the service, and the next one asks.
		s.mu.Lock()
		s.takes = 0
		s.mu.Unlock()
		read("4242", "")
	})
}

func TestSecretsAreKeptFreshBeforeAnyRunNeedsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &service{err: Refusal("not allowed"), takes: 100 * time.Millisecond}
		k := NewKeeper(s, slog.New(slog.NewTextHandler(&log, nil)))
		v := card()
		k.Keep([]journeys.Journey{{Secrets: []journeys.Secret{{Name: "card", Vault: &v}, {Name: "same", Vault: &v, Key: "pin"}}}})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := strings.Count(log.String(), "not allowed"); n != 1 {
			t.Errorf("the log has heard of it %d times:\n%s", n, &log)
		}
		s.set("huntertwo", nil)
		time.Sleep(glance)
		before := s.asked.Load()
		for range 60 {
			time.Sleep(time.Minute)
			begun := time.Now()
			if value, err := k.Read(ctx, v); value != "huntertwo" || err != nil || time.Since(begun) > 0 {
				t.Fatalf("got %q, %v after %s", value, err, time.Since(begun))
			}
		}
		if asked := s.asked.Load() - before; asked < 12 || asked > 16 {
			t.Errorf("asked %d times in an hour", asked)
		}
		k.Keep(nil)
		if len(k.kept) != 0 {
			t.Error("what the configuration has no longer is still kept")
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "huntertwo") {
			t.Error("the log has the secret")
		}
	})
}
