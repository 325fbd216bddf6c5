package httppager

import (
	"testing"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }
