package engine

import (
	"maps"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

// services are the parts of a Temporal server; the order is that of their ports.
var services = []primitives.ServiceName{
	primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
}

const (
	clusterName     = "active"
	historyStore    = "history"
	visibilityStore = "visibility"
)

// serverConfig is the whole configuration of an embedded server.
func serverConfig(o Options, ports []int) *config.Config {
	frontend := hostPort(ports[0])
	perService := make(map[string]config.Service, len(services))
	for i, name := range services {
		perService[string(name)] = config.Service{RPC: config.RPC{GRPCPort: ports[i], BindOnIP: loopback}}
	}
	files := filepath.Join(o.Dir, filesDir)
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback},
		},
		Persistence: config.Persistence{
			DefaultStore:     historyStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: 1, // fixed at the first start; more gain nothing on one file
			DataStores: map[string]config.DataStore{
				historyStore:    {SQL: sqlConfig(filepath.Join(files, historyFile), o.Sync)},
				visibilityStore: {SQL: sqlConfig(filepath.Join(files, visibilityFile), o.Sync)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            perService,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		PublicClient: config.PublicClient{HostPort: frontend},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
}

func sqlConfig(path string, sync Sync) *config.SQL {
	attributes := pragmas(sync)
	attributes["mode"] = "rw" // never make a file in passing: it would have no tables
	return &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      uriPath(path),
		ConnectAttributes: maps.Clone(attributes),
		MaxConns:          1, // with four, lock waits cut concurrent starts to a third
		MaxIdleConns:      1,
	}
}

// staticHosts spares the server its gossip ring: there is one host.
func staticHosts(ports []int) map[primitives.ServiceName]static.Hosts {
	hosts := make(map[primitives.ServiceName]static.Hosts, len(services))
	for i, name := range services {
		hosts[name] = static.SingleLocalHost(hostPort(ports[i]))
	}
	return hosts
}

// tuning makes a workflow's step take 6–12 ms where the defaults, meant for
// clusters, take 50; each line was measured. It also keeps the server from
// calling home.
func tuning() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.TransferProcessorMaxPollRPS.Key():                  1000,
		dynamicconfig.VisibilityProcessorMaxPollRPS.Key():                100,
		dynamicconfig.TimerProcessorMaxPollRPS.Key():                     100,
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():           1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():          1,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8000,
		dynamicconfig.EnableServerVersionCheck.Key():                     false,
	}
}

func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }
