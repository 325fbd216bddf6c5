package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
)

// Options configure a Store. The zero value is good for production.
type Options struct {
	Log *slog.Logger
	// Gather is how long after a flush the next one waits for company: runs all of it, pages a twentieth. Zero:
	// 100ms; negative: not at all.
	Gather time.Duration
	Keep   Keep
}

// Keep says what is kept. Zero fields have defaults. What is waiting to be delivered and the runs that an open
// incident stands on are kept whatever it says.
type Keep struct {
	// Runs and Failed are the newest good and other runs kept of each journey. Zero: 1000, 1000.
	Runs, Failed int
	// Details is how many good runs of each journey keep all they recorded. Others always do. Zero: 20.
	Details int
	// For is how long runs, incidents and delivered pages are kept at most. Zero: 90 days.
	For time.Duration
	// Artifacts is how long screenshots and the like are kept, ArtifactBytes how much of them. Zero: 30 days, 1 GiB.
	Artifacts     time.Duration
	ArtifactBytes int64
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	set(&o.Gather, 100*time.Millisecond)
	set(&o.Keep.Runs, 1000)
	set(&o.Keep.Failed, 1000)
	set(&o.Keep.Details, 20)
	set(&o.Keep.For, 90*24*time.Hour)
	set(&o.Keep.Artifacts, 30*24*time.Hour)
	set(&o.Keep.ArtifactBytes, 1<<30)
	return o
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Store is the history of one deployment, in one folder. Its methods may be used by many goroutines.
type Store struct {
	o     Options
	dir   string
	lock  *os.File
	files *artifacts
	pages *reserve
	read  *readers

	// states is what has been committed; the writer alone changes it.
	mu      sync.RWMutex
	states  map[string]incidents.State
	monitor incidents.State
	notes   notes
	pending atomic.Int64
	commits atomic.Int64
	growth  growth

	queue    chan *job
	quit     chan struct{}
	written  chan struct{}
	stopping sync.Once
}

var _ paging.Outbox = (*Store)(nil)

// Open opens or makes the history in a folder. The error is an *OpenError; nothing is changed or deleted then.
func Open(dir string, o Options) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, explain(dir, dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, explain(dir, dir, err)
	}
	s := &Store{
		o: o.withDefaults(), dir: dir, states: map[string]incidents.State{},
		queue: make(chan *job), quit: make(chan struct{}), written: make(chan struct{}),
	}
	if s.lock, err = lock(dir); err != nil {
		return nil, explain(dir, dir, err)
	}
	if err := s.open(); err != nil {
		s.lock.Close()
		return nil, explain(dir, s.file(), err)
	}
	return s, nil
}

// open opens the files and starts the writer.
func (s *Store) open() (err error) {
	s.pages = &reserve{path: filepath.Join(s.dir, "reserve"), log: s.o.Log}
	if s.files, err = openArtifacts(filepath.Join(s.dir, "artifacts")); err != nil {
		return err
	}
	w := &writer{Store: s}
	err = examine(s.dir, w.connect())
	if full(err) && s.pages.release() {
		err = w.connect()
	}
	if err != nil {
		s.files.close()
		return err
	}
	if s.read, err = openReaders(s.file()); err != nil {
		w.disconnect()
		s.files.close()
		return err
	}
	s.pages.refill()
	go w.run()
	return nil
}

// file is the database.
func (s *Store) file() string { return filepath.Join(s.dir, "outrider.db") }

// Close stores what is on its way, and closes the files. It may be called twice.
func (s *Store) Close() error {
	var err error
	s.stopping.Do(func() {
		close(s.quit)
		<-s.written
		err = errors.Join(s.read.close(), s.files.close(), s.lock.Close())
	})
	return err
}

// Update stores what a run leaves behind, all or nothing. update is called by the writer with the stored
// states; it must be a function of what it is given, since it may be called again, and it must not block. Updates
// of one journey are applied in the order of their calls. A journey "" means an update of the monitor alone.
//
// When Update returns nil, the entry survives SIGKILL and a power cut. ErrUnavailable means that nothing was
// stored. If ctx ends while the entry is being written, it may or may not have been stored.
func (s *Store) Update(ctx context.Context, journey string, update func(Prev) Entry) error {
	if err := s.do(ctx, &job{journey: journey, update: update}); err != nil {
		return fmt.Errorf("storing a run of %q: %w", journey, err)
	}
	return nil
}

// do hands a job to the writer and waits until it is on the disk.
func (s *Store) do(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	select {
	case s.queue <- j:
	case <-s.quit:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w while it was being written", context.Cause(ctx))
	}
}

// Commits is how often the disk was flushed for entries since the store was opened.
func (s *Store) Commits() int64 { return s.commits.Load() }
