package main

import (
	"fmt"
	"io"
	"os"

	"github.com/outrider-monitor/outrider/journeys/imports"
)

// importCommand is `outrider import`.
type importCommand struct {
	Recorder importRecorder `cmd:"" help:"A recording of Chrome's DevTools Recorder, exported as JSON."`
	HAR      importHAR      `cmd:"" name:"har" help:"A HAR file, as browsers and proxies save it: HTTP steps, without what looks like a secret."`
	Blackbox importBlackbox `cmd:"" help:"The configuration of blackbox_exporter: its http, tcp, icmp, dns and grpc modules."`
	Gatus    importGatus    `cmd:"" help:"The configuration of Gatus: its endpoints of HTTP, TCP, TLS and ICMP."`
}

// importFlags are common to all kinds.
type importFlags struct {
	File string `arg:"" help:"The file; - is the standard input."`
	Out  string `short:"o" placeholder:"FILE" help:"Write the journey here instead of to the standard output; it must not be there yet."`
	Name string `placeholder:"NAME" help:"The journey's name; otherwise made of the file's title."`
	Team string `placeholder:"TEAM" help:"The team that owns the journey."`
}

type (
	importRecorder struct{ importFlags }
	importHAR      struct{ importFlags }
	importBlackbox struct {
		importFlags
		Prometheus string `placeholder:"FILE" help:"The configuration of the Prometheus that knows the targets."`
	}
	importGatus struct{ importFlags }
)

// Run turns the file into a journey; what was not carried over is told on the standard error.
func (k *importRecorder) Run(c *console) error {
	return k.run(c, imports.Options{}, imports.Recorder)
}

// Run turns the file into a journey.
func (k *importHAR) Run(c *console) error { return k.run(c, imports.Options{}, imports.HAR) }

// Run turns the file into journeys.
func (k *importGatus) Run(c *console) error { return k.run(c, imports.Options{}, imports.Gatus) }

// Run turns the file into journeys.
func (k *importBlackbox) Run(c *console) error {
	var o imports.Options
	if k.Prometheus != "" {
		var err error
		if o.Prometheus, err = readSource(k.Prometheus); err != nil {
			return err
		}
	}
	return k.run(c, o, imports.Blackbox)
}

func (k *importFlags) run(c *console, o imports.Options, read func([]byte, imports.Options) (imports.Result, error)) error {
	src, err := readSource(k.File)
	if err != nil {
		return err
	}
	o.Name, o.Team = k.Name, k.Team
	res, err := read(src, o)
	if err != nil {
		return &failure{code: codeUsage, err: err}
	}
	if k.Out == "" {
		_, err = c.out.Write(res.YAML)
	} else {
		err = writeNew(k.Out, res.YAML)
	}
	if err != nil {
		return usage(fmt.Sprintf("writing the journey: %s", pathOf(err)), "")
	}
	for _, n := range res.Notes {
		fmt.Fprintf(c.err, "outrider: note: %s\n", printable(n.String()))
	}
	return nil
}

// readSource reads a file, or the standard input, as far as an importer reads.
func readSource(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, imports.MaxSize+1))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, usage(fmt.Sprintf("reading %q: %s", file, pathless(err)), "")
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, imports.MaxSize+1))
	if err != nil {
		return nil, usage(fmt.Sprintf("reading %q: %s", file, pathless(err)), "")
	}
	return src, nil
}

// writeNew writes a file that is not there yet: a journey that somebody has improved is not written over.
func writeNew(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
