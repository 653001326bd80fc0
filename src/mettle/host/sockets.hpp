#pragma once

// Who listens where on this machine: from /proc/net/tcp and the open files of all processes. Sees
// the processes of this user, as root all.

#include <cstdint>
#include <string_view>
#include <vector>

namespace mettle::host {

// A listening socket of /proc/net/tcp or tcp6.
struct Listener {
    bool operator==(const Listener&) const = default;

    std::uint16_t port = 0;
    std::uint64_t inode = 0;
    std::uint32_t accept_queue = 0;  // Connections that nobody has accepted yet.
};

// Pure. The kernel writes listening sockets first; the rest is not looked at.
std::vector<Listener> parse_listeners(std::string_view text);

// Those on `port` now, of both families.
std::vector<Listener> listeners_on(std::uint16_t port);

// The processes that hold them open, without those whose ancestor does too: workers that inherited
// their listener belong to its tree. Ascending; empty when nobody is seen.
std::vector<int> processes_listening_on(std::uint16_t port);

// The ports that the tree of processes under `root` listens on. Ascending.
std::vector<std::uint16_t> ports_of_tree(int root);

// A port of 127.0.0.1 that nobody has now, for a command that wants to be told one. Somebody else
// may take it before the command does. 0: there is none.
std::uint16_t free_port();

}  // namespace mettle::host
