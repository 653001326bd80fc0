#include "mettle/host/cgroup_files.hpp"
#include "mettle/host/host_files.hpp"
#include "mettle/host/process_files.hpp"
#include "mettle/host/sockets.hpp"

#include <cstddef>

using namespace mettle::host;

// All parsers of kernel files see every text: they are told apart by nothing but who asks.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)parse_process_stat(text);
    (void)parse_process_io(text);
    (void)parse_switches(text);
    (void)parse_run_wait(text);
    (void)parse_pss_bytes(text);
    (void)parse_host_stat(text);
    (void)parse_meminfo(text);
    (void)parse_pressure(text);
    (void)parse_diskstats(text);
    (void)parse_net_dev(text);
    (void)parse_tcp_counters(text);
    (void)parse_listeners(text);
    (void)parse_throttle(text);
    (void)parse_limit(text);
    (void)parse_io_stat(text);
    (void)group_in(text, "cpu");
    (void)group_in(text, "");
    (void)cgroup_mount(text, "cpu");
    (void)cgroup_mount(text, "");
    return 0;
}
