#include "mettle/monitor/cgroup_sampler.hpp"
#include "mettle/monitor/connection_sampler.hpp"
#include "mettle/monitor/host_sampler.hpp"
#include "mettle/monitor/process_sampler.hpp"
#include "mettle/monitor/target.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace mettle::monitor {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr TimePoint kStart{};

// Samples as if one second lay between, whatever the clock says.
results::Resources sampled(Sampler& sampler, const std::vector<void (*)()>& before) {
    Timeline timeline;
    TimePoint moment = kStart;
    for (const auto change : before) {
        change();
        moment += 1s;
        timeline.begin_row(moment);
        sampler.sample(moment, timeline);
    }
    return timeline.slice(kStart, moment);
}

struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    fs::path path = fs::temp_directory_path() / ("mettle_samplers_" + std::to_string(::getpid()));
};
Folder* g_folder = nullptr;

struct SamplersTest : ::testing::Test {
    SamplersTest() { g_folder = &folder; }
    Folder folder;
};

TEST_F(SamplersTest, HostTellsRatesOfWhatTheKernelCounts) {
    HostSampler sampler(folder.path.string());
    const auto seen = sampled(
        sampler, {[] {
                      g_folder->write("proc/stat",
                                      "cpu 100 0 50 1000 0 0 0 0\nctxt 1000\nprocs_running 2\n");
                      g_folder->write("proc/pressure/cpu", "some avg10=0.00 total=1000000\n");
                      g_folder->write("proc/net/snmp", "Tcp: OutSegs RetransSegs\nTcp: 100 1\n");
                      g_folder->write("proc/net/netstat", "TcpExt: ListenOverflows\nTcpExt: 7\n");
                  },
                  [] {
                      g_folder->write("proc/stat",
                                      "cpu 180 0 90 1010 0 0 0 20\nctxt 6000\nprocs_running 4\n");
                      g_folder->write("proc/pressure/cpu", "some avg10=0.00 total=1250000\n");
                      g_folder->write("proc/net/snmp", "Tcp: OutSegs RetransSegs\nTcp: 300 5\n");
                      g_folder->write("proc/net/netstat", "TcpExt: ListenOverflows\nTcpExt: 17\n");
                  }});
    EXPECT_NEAR(*seen.mean_of("host.cpu"), 1.2, 1e-6);
    EXPECT_NEAR(*seen.mean_of("host.cpu_system"), 0.4, 1e-6);
    EXPECT_NEAR(*seen.mean_of("host.steal"), 0.2, 1e-6);
    EXPECT_EQ(seen.mean_of("host.context_switches"), 5000.0);
    EXPECT_NEAR(*seen.mean_of("host.cpu_pressure"), 0.25, 1e-6);
    EXPECT_EQ(seen.mean_of("host.tcp_retransmits"), 4.0);
    EXPECT_EQ(seen.mean_of("host.listen_overflows"), 10.0);
    EXPECT_FALSE(seen.find("host.memory_pressure"));
}

TEST_F(SamplersTest, GroupTellsHowOftenItWasHeldBack) {
    host::CgroupFolders group;
    group.unified = folder.path;
    CgroupSampler sampler("target", group, GroupIs::target);
    const auto seen = sampled(
        sampler, {[] {
                      g_folder->write("cpu.stat",
                                      "usage_usec 1000000\nuser_usec 1000000\nsystem_usec 0\n"
                                      "nr_periods 100\nnr_throttled 10\nthrottled_usec 5\n");
                      g_folder->write("memory.current", "1000\n");
                      g_folder->write("memory.max", "4000\n");
                      g_folder->write("memory.stat", "anon 500\n");
                  },
                  [] {
                      g_folder->write("cpu.stat",
                                      "usage_usec 1500000\nuser_usec 1300000\n"
                                      "system_usec 200000\nnr_periods 110\nnr_throttled 14\n"
                                      "throttled_usec 9\n");
                      g_folder->write("memory.current", "3000\n");
                  }});
    EXPECT_NEAR(*seen.mean_of("target.cpu"), 0.5, 1e-6);
    EXPECT_NEAR(*seen.mean_of("target.throttled"), 0.4, 1e-6);
    EXPECT_EQ(seen.mean_of("target.rss"), 500.0);
    EXPECT_EQ(seen.max_of("target.memory_of_limit"), 0.75);
}

TEST_F(SamplersTest, ProcessesTellOfThemselves) {
    const auto samplers = process_samplers("target", {::getpid()});
    ASSERT_EQ(samplers.size(), 3u);
    const auto usage = sampled(*samplers[0], {[] {}, [] {}});
    EXPECT_TRUE(usage.find("target.cpu"));
    EXPECT_GT(*usage.mean_of("target.rss"), 1e6);
    EXPECT_EQ(usage.find("target.rss")->unit, "bytes");
    const auto details = sampled(*samplers[1], {[] {}, [] {}});
    EXPECT_GE(*details.mean_of("target.descriptors"), 3);
    EXPECT_TRUE(details.find("target.run_queue"));
    const auto pss = sampled(*samplers[2], {[] {}});
    EXPECT_GT(*pss.mean_of("target.pss"), 1e5);
    EXPECT_TRUE(process_samplers("target", {}).empty());
}

struct Sockets {
    Sockets() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const bare = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener, bare, size), 0);
        EXPECT_EQ(::listen(listener, 8), 0);
        ::getsockname(listener, bare, &size);
        port = ntohs(address.sin_port);
        EXPECT_EQ(::connect(client, bare, size), 0);
    }
    ~Sockets() {
        ::close(client);
        ::close(listener);
    }
    int listener = ::socket(AF_INET, SOCK_STREAM, 0), client = ::socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t port = 0;
};

TEST_F(SamplersTest, ConnectionsTellTheirRoundTripAndWhoWaitsForAccept) {
    const Sockets sockets;
    ConnectionSampler connections(sockets.port);
    const auto seen = sampled(connections, {[] {}});
    EXPECT_GT(*seen.mean_of("connections.rtt"), 0);
    EXPECT_EQ(seen.mean_of("connections.retransmits"), 0.0);
    AcceptQueueSampler queue(sockets.port);
    EXPECT_EQ(sampled(queue, {[] {}}).mean_of("target.accept_queue"), 1.0);
}

TEST(Target, IsWhoListensOnThePort) {
    const Sockets sockets;
    http::Url url;
    url.host = "127.0.0.1";
    url.port = sockets.port;
    const auto target = find_target({}, url);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->roots, std::vector<int>{::getpid()});
    EXPECT_GE(target->cores, 1);
    EXPECT_GT(target->usage()->rss_bytes, 0u);
}

TEST(Target, SaysWhatIsNotThere) {
    http::Url url;
    url.host = "127.0.0.1";
    url.port = 1;
    EXPECT_EQ(find_target({.pid = 4'194'303, .cgroup = ""}, url).error().message,
              "there is no process 4194303");
    EXPECT_FALSE(find_target({.pid = {}, .cgroup = "no/such/group"}, url));
    const auto nobody = find_target({}, url);
    ASSERT_TRUE(nobody);
    EXPECT_FALSE(nobody->seen());
    EXPECT_NE(nobody->words.find("no process of this user listens on port 1"), std::string::npos);
    url.host = "192.0.2.1";
    EXPECT_NE(find_target({}, url)->words.find("not on this machine"), std::string::npos);
}

}  // namespace
}  // namespace mettle::monitor
