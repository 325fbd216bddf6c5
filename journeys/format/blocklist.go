package format

import (
	"maps"
	"slices"
)

// blockLists are the names that `block` knows beside patterns: hosts that customers do not come for. The lists are
// short and ours: what most shops embed, and nothing that a page needs to work.
func blockLists() map[string][]string {
	return map[string][]string{
		"analytics": {
			"google-analytics.com", "analytics.google.com", "googletagmanager.com", "segment.io", "segment.com", "mixpanel.com",
			"amplitude.com", "hotjar.com", "hotjar.io", "clarity.ms", "plausible.io", "posthog.com", "matomo.cloud", "fullstory.com",
			"heapanalytics.com", "heap.io", "mouseflow.com", "omtrdc.net", "demdex.net", "nr-data.net", "scorecardresearch.com",
			"chartbeat.net", "quantserve.com", "mc.yandex.ru",
		},
		"ads": {
			"doubleclick.net", "googlesyndication.com", "googleadservices.com", "adservice.google.com", "amazon-adsystem.com",
			"connect.facebook.net", "criteo.com", "criteo.net", "taboola.com", "outbrain.com", "adnxs.com", "rubiconproject.com",
			"pubmatic.com", "openx.net", "casalemedia.com", "bat.bing.com", "ads-twitter.com", "analytics.tiktok.com",
			"ads.linkedin.com", "snap.licdn.com", "sc-static.net", "ct.pinterest.com", "adform.net", "adsrvr.org",
		},
	}
}

func blockListNames() []string { return slices.Sorted(maps.Keys(blockLists())) }

// blocked are the patterns that a pattern or the name of a list stands for.
func blocked(entry string) []string {
	hosts, ok := blockLists()[entry]
	if !ok {
		return []string{entry}
	}
	var patterns []string
	for _, h := range hosts {
		patterns = append(patterns, "*://"+h+"/*", "*://*."+h+"/*")
	}
	return patterns
}
