package incidents

import "time"

// Times are how long it took from the first failure to detect the incident, from its opening to acknowledge it, and from
// the first failure to resolve it. What has not happened is nil.
func (i *Incident) Times() (detect, acknowledge, resolve *time.Duration) {
	since := func(from, to time.Time) *time.Duration {
		if to.IsZero() {
			return nil
		}
		d := max(0, to.Sub(from))
		return &d
	}
	detect = since(i.Since, i.OpenedAt)
	if i.Acknowledged != nil {
		acknowledge = since(i.OpenedAt, i.Acknowledged.At)
	}
	if !i.Retired && !i.ClosedAt.IsZero() {
		mended := i.MendedAt
		if mended.IsZero() { // the monitor's own incidents are mended when they close
			mended = i.ClosedAt
		}
		resolve = since(i.Since, mended)
	}
	return detect, acknowledge, resolve
}
