package history

import (
	"context"
	"strings"
	"testing"
)

// What is asked of the database while pages go out and pages are looked at must find its rows by an index, so
// that neither 100,000 waiting pages nor millions of runs slow it down.
func TestNothingThatIsAskedOftenLooksAtAllRows(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, query := range []string{headsQuery, overdueQuery, toldQuery, collapseQuery, pagersQuery, oldestQuery, recentQuery, runQuery, deliveriesQuery,
		addDeliveryQuery, nextHeadQuery, standingQuery, keptQuery, waitingQuery, ringSlotsQuery} {
		args := make([]any, strings.Count(query, "?"))
		for n := range args {
			args[n] = 1
		}
		if strings.Contains(query, "?8") {
			args = args[:8]
		}
		rows, err := s.read.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "CONSTANT ROW") || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s\n%s", step, query)
			}
		}
		rows.Close()
	}
}
