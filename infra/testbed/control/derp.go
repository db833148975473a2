package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stunserver"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

// serveDERP serves DERP, the relay by which two machines first find each other, and STUN, by which a machine learns its own address.
// The server's certificate is httptest's own; the map tells clients to take it, which only tests may (InsecureForTests).
func serveDERP(ip string) (*tailcfg.DERPMap, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		return nil, err
	}
	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), logger.Discard)))
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = logger.StdLogger(logger.Discard)
	// TLSNextProto is empty so that no client gets HTTP/2, which does not let DERP take the connection over.
	server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	server.StartTLS()

	stun := stunserver.New(context.Background())
	if err := stun.Listen(net.JoinHostPort(ip, "0")); err != nil {
		return nil, err
	}
	go stun.Serve()

	node := &tailcfg.DERPNode{
		Name:             "t1",
		RegionID:         1,
		HostName:         ip,
		IPv4:             ip,
		IPv6:             "none",
		STUNPort:         stun.LocalAddr().(*net.UDPAddr).Port,
		DERPPort:         listener.Addr().(*net.TCPAddr).Port,
		InsecureForTests: true,
		STUNTestIP:       ip,
	}
	region := &tailcfg.DERPRegion{RegionID: 1, RegionCode: "test", Nodes: []*tailcfg.DERPNode{node}}
	return &tailcfg.DERPMap{Regions: map[int]*tailcfg.DERPRegion{1: region}}, nil
}
