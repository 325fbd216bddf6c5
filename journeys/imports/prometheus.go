package imports

// target is what a Prometheus has a module probe, and how often.
type target struct{ url, every string }

// scraped finds the targets of each module in a Prometheus' configuration. Those of service discovery are not known
// there.
func scraped(src []byte) (map[string][]target, error) {
	if len(src) == 0 {
		return nil, nil
	}
	root, err := readYAML("Prometheus' configuration", "prometheus.yml", src)
	if err != nil {
		return nil, err
	}
	found := map[string][]target{}
	whole := sourceOf(root, "")
	for _, n := range whole.List("scrape_configs") {
		job := sourceOf(n, "scrape_configs")
		modules := job.below("params").Texts("module")
		every := job.duration("scrape_interval")
		if every == 0 {
			every = whole.below("global").duration("scrape_interval")
		}
		for _, group := range job.List("static_configs") {
			for _, url := range sourceOf(group, "").Texts("targets") {
				t := target{url: url}
				if every > 0 {
					t.every = span(every)
				}
				for _, module := range modules {
					found[module] = append(found[module], t)
				}
			}
		}
	}
	return found, nil
}
