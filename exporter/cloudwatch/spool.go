package cloudwatch

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// spool keeps datapoints on disk while CloudWatch does not take them: a file for each batch, named in the order in which
// they were put aside. It is used by one goroutine.
type spool struct {
	dir   string
	quota int64
	files []spooled // the oldest first
	size  int64
	next  int
}

type spooled struct {
	name   string
	size   int64
	points int
}

// openSpool finds what an earlier run of the monitor has left.
func openSpool(dir string, quota int64) (*spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for datapoints: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the folder for datapoints: %w", err)
	}
	s := &spool{dir: dir, quota: quota}
	for _, e := range entries {
		var number, points int
		if _, err := fmt.Sscanf(e.Name(), "%010d-%d.json.gz", &number, &points); err != nil {
			if strings.HasSuffix(e.Name(), ".part") {
				os.Remove(filepath.Join(dir, e.Name())) // the monitor was killed while it wrote it
			}
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		s.files = append(s.files, spooled{e.Name(), info.Size(), points})
		s.size += info.Size()
		s.next = max(s.next, number+1)
	}
	slices.SortFunc(s.files, func(a, b spooled) int { return strings.Compare(a.name, b.name) })
	return s, nil
}

// put keeps a batch, and gives the number of datapoints that had to make room for it: the oldest.
func (s *spool) put(points []datapoint) (dropped int, err error) {
	name := fmt.Sprintf("%010d-%d.json.gz", s.next, len(points))
	size, err := s.write(name, points)
	if err != nil {
		return 0, fmt.Errorf("putting datapoints aside: %w", err)
	}
	s.next++
	s.files = append(s.files, spooled{name, size, len(points)})
	s.size += size
	for s.size > s.quota && len(s.files) > 1 {
		dropped += s.files[0].points
		s.drop()
	}
	return dropped, nil
}

// write makes the file whole or not at all. Metrics may be lost in a power cut, so the disk is not flushed.
func (s *spool) write(name string, points []datapoint) (size int64, err error) {
	part := filepath.Join(s.dir, name+".part")
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer os.Remove(part)
	packed := gzip.NewWriter(f)
	err = errors.Join(json.NewEncoder(packed).Encode(points), packed.Close())
	if info, statErr := f.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	return size, os.Rename(part, filepath.Join(s.dir, name))
}

// empty reports whether nothing waits.
func (s *spool) empty() bool { return len(s.files) == 0 }

// oldest gives the batch that has waited longest. One that cannot be read is given up, with its number of datapoints.
func (s *spool) oldest() (points []datapoint, lost int, err error) {
	f, err := os.Open(filepath.Join(s.dir, s.files[0].name))
	if err == nil {
		defer f.Close()
		var packed *gzip.Reader
		if packed, err = gzip.NewReader(f); err == nil {
			err = json.NewDecoder(packed).Decode(&points)
		}
	}
	if err != nil {
		lost = s.files[0].points
		s.drop()
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("somebody has deleted it")
		}
		return nil, lost, fmt.Errorf("reading datapoints that were put aside: %w", err)
	}
	return points, 0, nil
}

// drop removes the oldest batch.
func (s *spool) drop() {
	os.Remove(filepath.Join(s.dir, s.files[0].name))
	s.size -= s.files[0].size
	s.files = s.files[1:]
}
