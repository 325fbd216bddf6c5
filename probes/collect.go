package probes

import (
	"context"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// maxPictures bounds the artifacts that an attempt's steps may keep.
const maxPictures = 20

// wantsEvidence reports whether the attempt is to leave evidence; failed is the step that failed, or nil.
func (a *attempt) wantsEvidence(failed *journeys.Step) bool {
	if failed != nil && a.out.Failure.Reason == Cancelled {
		return false
	}
	return a.j.Evidence.Wanted(failed != nil)
}

// collect asks every open session for evidence, the one of the failed step first, in the time reserved.
func (a *attempt) collect(ctx context.Context, failed *journeys.Step) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.r.o.EvidenceTime)
	defer cancel()
	e := &Evidence{}
	name := fmt.Sprintf("attempt-%d", a.out.Number)
	if a.active != nil {
		a.ask(ctx, a.active, name, e)
	}
	for _, s := range a.sessions {
		if s != a.active {
			a.ask(ctx, s, name, e)
		}
	}
	if failed != nil && failed.Sensitive {
		*e = Evidence{PageURL: e.PageURL, Requests: e.Requests}
	}
	cleanEvidence(a.redactor, e)
	e.Compared = a.compared(ctx, failed)
	a.out.Evidence = e
}

func (a *attempt) ask(ctx context.Context, s *session, name string, e *Evidence) {
	defer func() {
		if p := recover(); p != nil {
			a.r.o.Log.Error("collecting evidence panicked", "journey", a.j.Name, "run", a.runID,
				"err", a.redactor.String(panicked(p).Err.Error()))
		}
	}()
	if s.Session != nil && s.failed == nil {
		s.Evidence(ctx, name, e)
	}
}

// keep remembers a picture that a step asked for, and gives it a name that is unique and safe.
func (a *attempt) keep(picture Artifact) string {
	base, ext := safeName(a.redactor.String(picture.Name))
	name := base + ext
	if a.out.Number > 1 {
		name = fmt.Sprintf("%s-attempt-%d%s", base, a.out.Number, ext)
	}
	for i, p := range a.pictures {
		if p.Name == name {
			// A try replaces the picture of the one before.
			a.pictures[i].Data = picture.Data
			return name
		}
	}
	if len(a.pictures) == maxPictures {
		return ""
	}
	picture.Name = name
	a.pictures = append(a.pictures, picture)
	return name
}

// keepPictures adds what steps asked for to the evidence, of a passed attempt too.
func (a *attempt) keepPictures() {
	if len(a.pictures) == 0 {
		return
	}
	if a.out.Evidence == nil {
		a.out.Evidence = &Evidence{}
	}
	for i := range a.pictures {
		cleanArtifact(a.redactor, &a.pictures[i])
	}
	a.out.Evidence.Artifacts = append(a.out.Evidence.Artifacts, a.pictures...)
}

// safeName makes a file name of any text: letters, digits, dots and hyphens, no leading dot.
func safeName(name string) (base, ext string) {
	name = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, name), ".-")
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 5 {
		name, ext = name[:dot], name[dot:]
	}
	if name == "" {
		name = "picture"
	}
	if strings.HasPrefix(name, "attempt-") {
		name = "picture-" + name // attempt-N belongs to the pictures of failures.
	}
	return name[:min(len(name), 80)], ext
}
