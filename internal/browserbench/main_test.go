package browserbench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

// serving is the variable that makes of the test binary a shop.
const serving = "OUTRIDER_BENCH_SHOP"

func TestMain(m *testing.M) {
	if os.Getenv(serving) != "" {
		if err := serveShop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(riding) != "" {
		if err := rideOn(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leakcheck.Main(m)
}

// addresses are where the shop is found.
type addresses struct {
	PID                int
	Shop, Payment, API string
}

// serveShop serves the shop until its input ends, and says where.
func serveShop() error {
	s, err := shop.New(shop.Options{})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	at := addresses{PID: os.Getpid(), Shop: s.URL(), Payment: s.PayURL(), API: s.APIURL()}
	if err := json.NewEncoder(os.Stdout).Encode(at); err != nil {
		return err
	}
	return s.Run(ctx)
}

// startShop starts the shop in a process of its own, ended with the test.
func startShop(t testing.TB) addresses {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serving+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the shop: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the shop does not say where it is: %v", err)
	}
	var at addresses
	if err := json.Unmarshal(line, &at); err != nil {
		t.Fatal(err)
	}
	return at
}
