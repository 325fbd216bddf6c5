package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/format"
)

// readJourneys reads all files that `journeys:` names, and then checks them against each other and the teams.
func (c *Config) readJourneys(r *document.Reader, m *document.Map) {
	whole := true
	loader := &format.Loader{Read: FragmentReader(filepath.Dir(c.File)), StepDefaults: m.Map("defaults").Get("steps")}
	if loader.StepDefaults != nil {
		loader.CheckDefaults(r, loader.StepDefaults)
	}
	c.readEnvironments(r, m, loader)
	for _, n := range items(m.Get("journeys")) {
		files, folders, err := find(c.relative(n.Value))
		c.Folders = append(c.Folders, folders...)
		switch {
		case err != nil:
			r.Problem(n, plain(err), "")
			whole = false
		case len(files) == 0:
			r.Problem(n, fmt.Sprintf("there is no journey in %q", n.Value), "want a file, a folder or a pattern such as journeys/*.yaml")
			whole = false
		}
		for _, file := range files {
			if slices.Contains(c.Files, file) {
				continue
			}
			c.Files = append(c.Files, file)
			whole = c.readJourneyFile(r, loader, file) && whole
		}
	}
	// A list that has grown has room for a quarter more, and a journey is a large thing.
	c.Journeys = slices.Clone(c.Journeys)
	for _, file := range loader.Files() {
		if !slices.Contains(c.Files, file) {
			c.Files = append(c.Files, file)
		}
	}
	for _, w := range loader.Warnings() {
		r.Add(w)
	}
	m.Texts("journeys")
	// A journey that could not be read would be missed by every check across journeys.
	if whole {
		report(r, format.CheckSet(c.Journeys))
		c.choose(r, m)
	}
	for i := range c.Journeys {
		c.checkTeam(r, &c.Journeys[i])
		c.doubtTiming(r, &c.Journeys[i])
	}
}

func (c *Config) readJourneyFile(r *document.Reader, loader *format.Loader, file string) bool {
	src, err := os.ReadFile(file)
	if err != nil {
		r.ProblemAt(document.Pos{File: file, Line: 1, Column: 1}, "", plain(err), "")
		return false
	}
	js, err := loader.Parse(file, src)
	report(r, err)
	c.Journeys = append(c.Journeys, js...)
	return err == nil
}

func (c *Config) checkTeam(r *document.Reader, j *journeys.Journey) {
	hint := "teams are defined in " + c.File
	switch team, known := c.Teams[j.Team]; {
	case known:
		c.checkReach(r, j, team)
	case j.Team == "":
		r.ProblemAt(j.Pos, "team", fmt.Sprintf("journey %q has no team: nobody would be paged", j.Name), hint)
	default:
		r.ProblemAt(teamPos(j), "team", fmt.Sprintf("there is no team %q", j.Team), first(document.DidYouMean(j.Team, sortedKeys(c.Teams)), hint))
	}
}

// teamPos finds where the journey names its team. It reads the file again: this is for a problem's sake only.
func teamPos(j *journeys.Journey) document.Pos {
	src, err := os.ReadFile(j.File)
	if err != nil {
		return j.Pos
	}
	nodes, _ := document.Read(j.File, src)
	for _, n := range nodes {
		m := document.NewReader(nil).Map(n)
		if team := m.Get("team"); team != nil && m.Text("journey") == j.Name {
			return team.Pos
		}
	}
	return j.Pos
}

// report adds the problems that are in err.
func report(r *document.Reader, err error) {
	var problems document.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			r.Add(p)
		}
	}
}

// find gives the YAML files of a file, a folder (with those below it) or a pattern, sorted, and the folders that
// were looked into.
func find(path string) (files, folders []string, err error) {
	if strings.ContainsAny(path, "*?[") {
		matches, err := filepath.Glob(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%q is no pattern: %w", path, err)
		}
		for _, match := range matches {
			fs, ds, err := find(match)
			if err != nil {
				return nil, nil, err
			}
			files, folders = append(files, fs...), append(folders, ds...)
		}
		return files, append(folders, filepath.Dir(path)), nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() {
		return []string{filepath.Clean(path)}, []string{filepath.Dir(path)}, nil
	}
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case hidden(d.Name()) && p != path && d.IsDir():
			return filepath.SkipDir
		case d.IsDir():
			folders = append(folders, p)
		case IsYAML(d.Name()) && !special(p):
			files = append(files, filepath.Clean(p))
		}
		return nil
	})
	return files, folders, err
}

// IsYAML reports whether a file's name says that it is YAML, and not an editor's or a hidden one.
func IsYAML(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && !hidden(name)
}

// special reports whether a path leads to something that is no file: reading a pipe would wait for ever, and so would
// the reload. What cannot be told is read, and the reading says why it cannot be.
func special(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// plain says an error of the file system without the name of the system call.
func plain(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("%s: %s", path.Path, path.Err)
	}
	return err.Error()
}
