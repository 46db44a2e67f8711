package desk

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var build struct {
	sync.Once
	path string
	err  error
}

// Binary is the program under test: the one that MIGDALOR names, or one that is
// built from this tree once per test package.
func Binary(t testing.TB) string {
	t.Helper()
	build.Do(func() {
		if build.path = os.Getenv("MIGDALOR"); build.path != "" {
			return
		}
		dir, err := os.MkdirTemp("", "migdalor-bin-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "migdalor")
		out, err := exec.Command("go", "build", "-o", build.path, "github.com/migdalor/migdalor/cmd/migdalor").CombinedOutput()
		if err != nil {
			build.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatalf("the program does not build: %v", build.err)
	}
	return build.path
}

// CleanUp removes a binary that Binary built; call it from TestMain.
func CleanUp() {
	if os.Getenv("MIGDALOR") == "" && build.path != "" {
		_ = os.RemoveAll(filepath.Dir(build.path))
	}
}

// FreeAddr is a loopback address that nobody listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Program is one running process of the program.
type Program struct {
	cmd  *exec.Cmd
	log  *tail
	done chan error
}

// Start runs the program with args; its output is kept for failures. It is
// killed when the test ends.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	p := &Program{cmd: exec.Command(Binary(t), args...), log: &tail{}, done: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	// Nothing of the tester's environment leaks into the program.
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("migdalor %s said:\n%s", strings.Join(args, " "), p.log)
		}
	})
	return p
}

// Kill ends the process as a crash does (SIGKILL) and waits until it is gone.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill()
	_ = p.Wait(10 * time.Second)
}

// Stop asks the process to end (SIGINT) and gives what it ended with.
func (p *Program) Stop() error {
	_ = p.cmd.Process.Signal(os.Interrupt)
	return p.Wait(40 * time.Second)
}

// Wait waits for the end of the process.
func (p *Program) Wait(limit time.Duration) error {
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(limit):
		return fmt.Errorf("the process %d did not end within %v", p.cmd.Process.Pid, limit)
	}
}

// Runs reports whether the process has not ended.
func (p *Program) Runs() bool {
	select {
	case err := <-p.done:
		p.done <- err
		return false
	default:
		return true
	}
}

// Output is the last of what the process said.
func (p *Program) Output() string { return p.log.String() }

// Ready waits until the address answers that everything is up.
func (p *Program) Ready(t testing.TB, base string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	probe := &http.Client{Timeout: 5 * time.Second}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := probe.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-p.done:
			p.done <- err
			t.Fatalf("the process ended before it was ready: %v\n%s", err, p.log)
		case <-ctx.Done():
			t.Fatalf("not ready after 90 s\n%s", p.log)
		case <-tick.C:
		}
	}
}

// tail keeps the last lines of an output.
type tail struct {
	mu    sync.Mutex
	lines []string
	rest  string
}

const keptLines = 400

// Write keeps b.
func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := bufio.NewScanner(strings.NewReader(l.rest + string(b)))
	s.Buffer(nil, 1<<20)
	l.rest = ""
	for s.Scan() {
		l.lines = append(l.lines, s.Text())
	}
	if len(b) > 0 && b[len(b)-1] != '\n' && len(l.lines) > 0 {
		l.rest, l.lines = l.lines[len(l.lines)-1], l.lines[:len(l.lines)-1]
	}
	l.lines = l.lines[max(0, len(l.lines)-keptLines):]
	return len(b), nil
}

// String gives what was kept.
func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(append(append([]string(nil), l.lines...), l.rest), "\n")
}
