#include "mettle/monitor/connection_sampler.hpp"

#include "mettle/host/sockets.hpp"
#include "mettle/host/text.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <optional>

namespace mettle::monitor {
namespace {

struct Seen {
    int connections = 0;
    double rtt_us = 0;  // Sum.
    double retransmits = 0;
};

std::optional<std::uint16_t> peer_port(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return {};
}

Seen look(std::uint16_t port) {
    Seen seen;
    std::error_code error;
    const std::filesystem::directory_iterator end;
    for (std::filesystem::directory_iterator each("/proc/self/fd", error);
         !error && each != end && seen.connections < ConnectionSampler::kMostConnections;
         each.increment(error)) {
        const auto number = host::whole_number(each->path().filename().native());
        if (!number || peer_port(static_cast<int>(*number)) != port) continue;
        tcp_info info{};
        socklen_t size = sizeof info;
        if (::getsockopt(static_cast<int>(*number), IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
            continue;
        ++seen.connections;
        seen.rtt_us += info.tcpi_rtt;
        seen.retransmits += info.tcpi_total_retrans;
    }
    return seen;
}

}  // namespace

void ConnectionSampler::sample(TimePoint moment, Timeline& to) {
    const Seen seen = look(port_);
    if (seen.connections == 0) return;
    probe_.begin(moment, to);
    probe_.level("rtt", "ms", seen.rtt_us / seen.connections / 1000);
    // Of those open now: a level, since a connection that closes takes its count along.
    probe_.level("retransmits", "count", seen.retransmits);
}

void AcceptQueueSampler::sample(TimePoint moment, Timeline& to) {
    const auto listeners = host::listeners_on(port_);
    if (listeners.empty()) return;
    double waiting = 0;
    for (const auto& listener : listeners) waiting += listener.accept_queue;
    probe_.begin(moment, to);
    probe_.level("accept_queue", "count", waiting);
}

}  // namespace mettle::monitor
