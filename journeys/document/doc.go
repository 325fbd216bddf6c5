// Package document reads YAML into nodes that know their place, and collects problems.
//
// It knows nothing of journeys: the monitor's own file is read with it too. Its one rule: no problem hides
// another one; a reader reports and goes on. It is used like this:
//
//	nodes, problems := document.Read(file, src) // one node for each YAML document
//	r := document.NewReader(problems)           // collects what follows
//	m := r.Map(nodes[0])                        // a *Map, never nil; "want a map, got text" is reported
//	name := m.Text("journey")                   // "" where absent or wrong; wrong is reported
//	every := m.Duration("every")                // 30s 1m30s 2h 28d 4w
//	m.Need("journey")                           // reports an absent key
//	for _, n := range m.List("steps") { ... }   // nodes, to be read with r.Map(n), r.Text(n) ...
//	for _, e := range m.Map("teams").Entries()  // e.Key, e.Value (a map whose keys the author chooses)
//	r.Problem(m.Get("cron"), "a message", "a hint")
//	m.Done()                                    // reports each key that nobody asked for, with "did you mean"
//	return r.Problems().Err()                   // nil, or Problems in the order of the file
//
// Scalars are decoded from the text as written by the type that is wanted, so that on, 010, 1e3 and 12:30
// are what their author wrote. Aliases and merge keys are resolved, within limits.
package document
