package monitor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheGateAdmitsInOrderAndTellsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 2)
		_, leave, err := g.Enter(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		order := make(chan int, 3)
		for i := range 3 {
			time.Sleep(time.Second)
			go func() {
				wait, leave, err := g.Enter(t.Context(), true)
				if err != nil {
					t.Error(err)
					return
				}
				if want := time.Duration(7-i) * time.Second; wait != want {
					t.Errorf("run %d waited %s, want %s", i, wait, want)
				}
				order <- i
				leave()
			}()
			synctest.Wait()
		}
		if wait, leave, err := g.Enter(t.Context(), false); err != nil || wait != 0 {
			t.Errorf("an HTTP journey waited %s for a browser: %v", wait, err)
		} else {
			leave()
		}
		time.Sleep(5 * time.Second)
		leave()
		for i := range 3 {
			if got := <-order; got != i {
				t.Errorf("run %d entered, want %d", got, i)
			}
		}
	})
}

func TestWhoGivesUpAtTheGateTakesNoPlace(t *testing.T) {
	g := newGate(1, 1)
	_, leave, _ := g.Enter(t.Context(), false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := g.Enter(ctx, false); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	leave()
	if _, _, err := g.Enter(t.Context(), false); err != nil {
		t.Error(err)
	}
}
