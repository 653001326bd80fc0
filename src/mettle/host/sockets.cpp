#include "mettle/host/sockets.hpp"

#include "mettle/host/process_files.hpp"
#include "mettle/host/process_usage.hpp"
#include "mettle/host/text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <random>
#include <string>

namespace mettle::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostListeners = 4096;
constexpr int kMostAncestors = 64;

// A line has 150 bytes.
constexpr std::size_t kMostText = kMostListeners * 160;

bool holds(const std::string& link, const std::vector<Listener>& listeners) {
    constexpr std::string_view kSocket = "socket:[";
    if (!link.starts_with(kSocket) || !link.ends_with(']')) return false;
    const auto inode = whole_number(std::string_view(link).substr(kSocket.size(), link.size() - 9));
    return inode && std::ranges::find(listeners, *inode, &Listener::inode) != listeners.end();
}

bool has_one_of(int pid, const std::vector<Listener>& listeners) {
    std::error_code error;
    std::array<char, 64> text;
    const fs::directory_iterator end;
    for (fs::directory_iterator each(fmt::format("/proc/{}/fd", pid), error); !error && each != end;
         each.increment(error)) {
        const ssize_t size = ::readlink(each->path().c_str(), text.data(), text.size());
        if (size > 0 && holds(std::string(text.data(), static_cast<std::size_t>(size)), listeners))
            return true;
    }
    return false;
}

// Reads no more than it must: thousands of connections may follow the few that listen, and the
// kernel writes each line when it is asked for.
std::vector<Listener> listeners_in(const char* path) {
    std::string text;
    for (std::size_t most = 16 << 10;; most *= 4) {
        if (!read_file(path, text, most)) return {};
        const bool whole = text.size() < most || most >= kMostText;
        auto listeners = parse_listeners(text);
        // With a connection among the lines, all that listen were before it.
        if (whole ||
            listeners.size() + 2 < static_cast<std::size_t>(std::ranges::count(text, '\n')))
            return listeners;
    }
}

std::vector<Listener> all_listeners() {
    std::vector<Listener> all = listeners_in("/proc/net/tcp");
    std::ranges::copy(listeners_in("/proc/net/tcp6"), std::back_inserter(all));
    return all;
}

bool can_be_bound(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool bound =
        ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return bound;
}

int parent_of(int pid) {
    std::string text;
    if (!read_file(fmt::format("/proc/{}/stat", pid), text)) return 0;
    const auto stat = parse_process_stat(text);
    return stat ? stat->parent : 0;
}

bool has_ancestor_in(int pid, const std::vector<int>& pids) {
    for (int step = 0, at = parent_of(pid); at > 0 && step < kMostAncestors; ++step) {
        if (std::ranges::binary_search(pids, at)) return true;
        at = parent_of(at);
    }
    return false;
}

}  // namespace

std::vector<Listener> parse_listeners(std::string_view text) {
    std::vector<Listener> listeners;
    std::string_view line;
    next_line(text, line);  // Headings.
    while (next_line(text, line) && listeners.size() < kMostListeners) {
        next_word(line);  // Number.
        const std::string_view local = next_word(line);
        next_word(line);  // Remote.
        if (next_word(line) != "0A") break;
        const std::string_view queues = next_word(line);
        next_word(line), next_word(line), next_word(line), next_word(line);  // timer to timeout
        const auto port =
            whole_number(local.substr(std::min(local.size(), local.rfind(':') + 1)), 16);
        const auto waiting =
            whole_number(queues.substr(std::min(queues.size(), queues.find(':') + 1)), 16);
        const auto inode = whole_number(next_word(line));
        if (!port || *port > 65535 || !waiting || !inode) continue;
        listeners.push_back(
            {static_cast<std::uint16_t>(*port), *inode,
             static_cast<std::uint32_t>(std::min<std::uint64_t>(*waiting, 1 << 30))});
    }
    return listeners;
}

std::vector<Listener> listeners_on(std::uint16_t port) {
    std::vector<Listener> found = all_listeners();
    std::erase_if(found, [&](const Listener& each) { return each.port != port; });
    return found;
}

std::vector<std::uint16_t> ports_of_tree(int root) {
    std::vector<Listener> listeners = all_listeners();
    std::vector<std::uint16_t> ports;
    for (const int pid : processes_of_trees(std::span(&root, 1))) {
        for (const Listener& each : listeners) {
            if (has_one_of(pid, {each})) ports.push_back(each.port);
        }
    }
    std::ranges::sort(ports);
    const auto repeated = std::ranges::unique(ports);
    ports.erase(repeated.begin(), repeated.end());
    return ports;
}

// Below the range from which the kernel takes the ports of outgoing connections, so that none of
// those takes it before the command does, and none that looks for the command reaches itself.
std::uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<int> ports(20'000, 32'767);
    for (int turn = 0; turn < 200; ++turn) {
        const auto port = static_cast<std::uint16_t>(ports(random));
        if (can_be_bound(port)) return port;
    }
    return 0;
}

std::vector<int> processes_listening_on(std::uint16_t port) {
    const auto listeners = listeners_on(port);
    if (listeners.empty()) return {};
    std::vector<int> holders;
    std::error_code error;
    const fs::directory_iterator end;
    for (fs::directory_iterator each("/proc", error); !error && each != end;
         each.increment(error)) {
        const auto pid = whole_number(each->path().filename().native());
        if (!pid || *pid > 1u << 30) continue;
        if (has_one_of(static_cast<int>(*pid), listeners))
            holders.push_back(static_cast<int>(*pid));
    }
    std::ranges::sort(holders);
    std::vector<int> roots;
    std::ranges::copy_if(holders, std::back_inserter(roots),
                         [&](int pid) { return !has_ancestor_in(pid, holders); });
    return roots;
}

}  // namespace mettle::host
