package cwfake

import (
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// What follows reads the fields of a request. One that is absent, or of another type, gives the zero value.

func text(m cbor.Map, key string) string {
	s, _ := m[key].(cbor.String)
	return string(s)
}

func list(m cbor.Map, key string) []cbor.Map {
	var all []cbor.Map
	items, _ := m[key].(cbor.List)
	for _, v := range items {
		if one, ok := v.(cbor.Map); ok {
			all = append(all, one)
		}
	}
	return all
}

func texts(m cbor.Map, key string) []string {
	var all []string
	items, _ := m[key].(cbor.List)
	for _, v := range items {
		if s, ok := v.(cbor.String); ok {
			all = append(all, string(s))
		}
	}
	return all
}

func numbers(m cbor.Map, key string) []float64 {
	var all []float64
	items, _ := m[key].(cbor.List)
	for _, v := range items {
		if f, err := cbor.AsFloat64(v); err == nil {
			all = append(all, f)
		}
	}
	return all
}

func number(m cbor.Map, key string) (float64, bool) {
	v, ok := m[key]
	if !ok {
		return 0, false
	}
	f, err := cbor.AsFloat64(v)
	return f, err == nil
}

func integer(m cbor.Map, key string, otherwise int) int {
	v, ok := m[key]
	if !ok {
		return otherwise
	}
	n, err := cbor.AsInt64(v)
	if err != nil {
		return otherwise
	}
	return int(n)
}

func truth(m cbor.Map, key string, otherwise bool) bool {
	b, ok := m[key].(cbor.Bool)
	if !ok {
		return otherwise
	}
	return bool(b)
}

func moment(m cbor.Map, key string) (time.Time, bool) {
	v, ok := m[key]
	if !ok {
		return time.Time{}, false
	}
	t, err := cbor.AsTime(v)
	return t, err == nil
}

// seconds is a time as the protocol has it: tag 1, seconds since 1970.
func seconds(t time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(t.UnixMilli()) / 1000)}
}
