// Command control is a control server for a tailnet on one machine, for tests only: Tailscale's own testcontrol, which tells each machine
// a view that is compiled from a policy file, as a real control server does. SIGHUP reads the policy again. Every machine is taken in.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

func main() {
	ip := flag.String("ip", "", "address to listen on, port 8080")
	path := flag.String("policy", "", "policy file (HuJSON)")
	person := flag.String("person", "ops@example.com", "login to whom machines without a tag belong")
	flag.Parse()

	current, err := readPolicy(*path)
	if err != nil {
		log.Fatal(err)
	}
	derp, err := serveDERP(*ip)
	if err != nil {
		log.Fatal(err)
	}
	told := newTold()
	server := &testcontrol.Server{
		DERPMap:         derp,
		ExplicitBaseURL: "http://" + *ip + ":8080",
		MagicDNSDomain:  "tasuki.test",
		// TagOwners is not nil, so that a machine gets the tags that it asks for.
		TagOwners: map[string][]string{},
		AllOnline: true,
		Logf:      logger.Discard,
		// ModifyFirstMapResponse empties the first view, in which testcontrol allows everything; tell sends the right one.
		ModifyFirstMapResponse: func(res *tailcfg.MapResponse, _ *tailcfg.MapRequest) {
			res.PacketFilter = []tailcfg.FilterRule{}
			res.Peers = nil
		},
		// HoldMapRequest forgets what a machine was told when the machine opens a new stream, and once more when its stream before
		// that is surely gone: a view that was put on that one is lost.
		HoldMapRequest: func(req *tailcfg.MapRequest) func() {
			if req.Stream {
				told.forget(req.NodeKey)
				time.AfterFunc(300*time.Millisecond, func() { told.forget(req.NodeKey) })
			}
			return nil
		},
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hangups:
				if next, err := readPolicy(*path); err != nil {
					log.Printf("the policy stays as it was: %v", err)
				} else {
					current = next
					fmt.Println("policy read")
				}
			case <-time.After(50 * time.Millisecond):
			}
			tell(server, current, *person, told)
		}
	}()
	listener, err := net.Listen("tcp", *ip+":8080")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	log.Fatal(http.Serve(listener, server))
}

// tell sends each machine its view of the tailnet, where that has changed.
func tell(server *testcontrol.Server, policy policy, person string, told *told) {
	nodes := server.AllNodes()
	for _, node := range nodes {
		policy.readdress(node)
	}
	for _, node := range nodes {
		view, err := server.MapResponse(&tailcfg.MapRequest{NodeKey: node.Key})
		// A machine without HomeDERP has not said yet by which DERP region it is reached, and is told later.
		if err != nil || view == nil || node.HomeDERP == 0 {
			continue
		}
		for _, one := range append([]*tailcfg.Node{view.Node}, view.Peers...) {
			policy.readdress(one)
		}
		view.PacketFilter = nil
		view.PacketFilters = map[string][]tailcfg.FilterRule{"*": nil, "base": policy.rules(nodes, node)}
		view.Peers = policy.visible(view.Peers, node)
		view.UserProfiles = profiles(nodes, person)
		view.ControlTime = nil
		text, err := json.Marshal(view)
		if err != nil {
			log.Fatal(err)
		}
		if told.differs(node.Key, string(text)) && server.AddRawMapResponse(node.Key, view) {
			told.set(node.Key, string(text))
		}
	}
}

// profiles gives the owners of machines, as the real control servers do. A machine with a tag belongs to nobody.
func profiles(nodes []*tailcfg.Node, person string) (all []tailcfg.UserProfile) {
	for _, node := range nodes {
		login := "tagged-devices"
		if len(node.Tags) == 0 {
			login = person
		}
		all = append(all, tailcfg.UserProfile{ID: node.User, LoginName: login, DisplayName: login})
	}
	return
}

// told holds the view that each machine was sent last, as text.
type told struct {
	mu   sync.Mutex
	text map[key.NodePublic]string
}

func newTold() *told { return &told{text: map[key.NodePublic]string{}} }

func (t *told) differs(node key.NodePublic, text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text[node] != text
}

func (t *told) set(node key.NodePublic, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text[node] = text
}

func (t *told) forget(node key.NodePublic) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.text, node)
}
