package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
	"tailscale.com/net/tsaddr"
	"tailscale.com/tailcfg"
)

type grant struct {
	Src, Dst, IP []string
	App          tailcfg.PeerCapMap
}

// policy is the part of a policy file that the relay's own uses: grants by tag and group. A machine without a tag belongs to every group.
// Addresses holds addresses by machine name, which replace the machines' own.
type policy struct {
	Grants    []grant
	Addresses map[string]netip.Addr
}

func readPolicy(path string) (read policy, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return read, err
	}
	standard, err := hujson.Standardize(text)
	if err != nil {
		return read, err
	}
	err = json.Unmarshal(standard, &read)
	for _, grant := range read.Grants {
		for _, ip := range grant.IP {
			if _, _, wrong := ports(ip); wrong != nil {
				return read, wrong
			}
		}
	}
	return read, err
}

// readdress gives a machine the address that the policy names for it. Its IPv6 address goes with it.
func (p policy) readdress(node *tailcfg.Node) {
	if address, given := p.Addresses[node.Hostinfo.Hostname()]; given {
		v6 := tsaddr.Tailscale4To6(address)
		node.Addresses = []netip.Prefix{netip.PrefixFrom(address, 32), netip.PrefixFrom(v6, 128)}
		node.AllowedIPs = node.Addresses
	}
}

func named(names []string, node *tailcfg.Node) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		if strings.HasPrefix(name, "group:") {
			return len(node.Tags) == 0
		}
		return slices.Contains(node.Tags, name)
	})
}

// ports reads `tcp:18100`, `tcp:1-65535` or `udp:53`.
func ports(ip string) (protocol int, open tailcfg.PortRange, err error) {
	name, span, _ := strings.Cut(ip, ":")
	first, last, isRange := strings.Cut(span, "-")
	if !isRange {
		last = first
	}
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	protocol = map[string]int{"tcp": 6, "udp": 17}[name]
	if err1 != nil || err2 != nil || protocol == 0 {
		return 0, open, fmt.Errorf("grant of %q: this server knows tcp:PORT, tcp:FROM-TO, and udp", ip)
	}
	return protocol, tailcfg.PortRange{First: uint16(from), Last: uint16(to)}, nil
}

// rules gives the packet filter of a machine, and its callers' grants on it.
func (p policy) rules(nodes []*tailcfg.Node, node *tailcfg.Node) []tailcfg.FilterRule {
	rules := []tailcfg.FilterRule{}
	for _, grant := range p.Grants {
		if !named(grant.Dst, node) {
			continue
		}
		var sources []string
		for _, other := range nodes {
			if named(grant.Src, other) {
				sources = append(sources, texts(other.Addresses)...)
			}
		}
		if len(sources) == 0 {
			continue
		}
		for _, ip := range grant.IP {
			protocol, open, _ := ports(ip)
			rule := tailcfg.FilterRule{SrcIPs: sources, IPProto: []int{protocol}}
			for _, address := range texts(node.Addresses) {
				rule.DstPorts = append(rule.DstPorts, tailcfg.NetPortRange{IP: address, Ports: open})
			}
			rules = append(rules, rule)
		}
		if len(grant.App) > 0 {
			granted := []tailcfg.CapGrant{{Dsts: node.Addresses, CapMap: grant.App}}
			rules = append(rules, tailcfg.FilterRule{SrcIPs: sources, CapGrant: granted})
		}
	}
	return rules
}

// visible gives the peers that a machine may know of: those that a grant joins with it, in either direction, as headscale 0.29 does it.
func (p policy) visible(peers []*tailcfg.Node, node *tailcfg.Node) (seen []*tailcfg.Node) {
	for _, peer := range peers {
		if slices.ContainsFunc(p.Grants, func(grant grant) bool {
			return named(grant.Src, node) && named(grant.Dst, peer) || named(grant.Src, peer) && named(grant.Dst, node)
		}) {
			seen = append(seen, peer)
		}
	}
	return
}

func texts(prefixes []netip.Prefix) (all []string) {
	for _, prefix := range prefixes {
		all = append(all, prefix.String())
	}
	return
}
