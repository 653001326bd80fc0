// What the system calls of a client cost, by epoll and by io_uring. Three closed loops send the
// same bytes to the same server, one after the other, on one thread: http/wire_client as it is; the
// leanest epoll loop that still knows where an answer ends; and the same loop on io_uring, with the
// sends and receives of a turn in one system call.
//
//   ring_bench HOST PORT CONNECTIONS SECONDS [PATH]
//
// Prints a line of JSON for each: CPU time a request (the thread's; `worker_us`, what io_uring's
// kernel threads had on top), the median latency, and how many answers a turn of the loop found.
// The two lean loops are no clients: an answer that is not as the first one was ends the program.
// The loop on io_uring needs Linux 5.19, and is cheaper from 6.1 on.

#include "mettle/http/ring_bench_loop.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace {

using namespace mettle::http::ring_bench;
using mettle::clock_ns;

constexpr std::size_t kBody = 600;
constexpr std::int64_t kWarmUp = kSecond / 4;

double us(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

struct Usage {
    double user_us = 0;
    double system_us = 0;

    static Usage of(int who) {
        rusage usage{};
        ::getrusage(who, &usage);
        return {us(usage.ru_utime), us(usage.ru_stime)};
    }
    double sum() const { return user_us + system_us; }
};

void measure(const char* name, Loop& loop, Tally& tally, double seconds) {
    loop.run_until(clock_ns() + kWarmUp);
    tally.reset();
    const Usage all_before = Usage::of(RUSAGE_SELF);
    const Usage before = Usage::of(RUSAGE_THREAD);
    const std::int64_t begin = clock_ns();
    loop.run_until(begin + static_cast<std::int64_t>(seconds * kSecond));
    const double took_s = static_cast<double>(clock_ns() - begin) / kSecond;
    const Usage after = Usage::of(RUSAGE_THREAD);
    const Usage all_after = Usage::of(RUSAGE_SELF);
    const double cpu = after.sum() - before.sum();
    const double others = std::max(0.0, all_after.sum() - all_before.sum() - cpu);
    const auto count = static_cast<double>(std::max<std::uint64_t>(tally.requests(), 1));
    fmt::print(
        "{{\"client\":\"{}\",\"requests\":{},\"seconds\":{:.3f},\"cpu_us\":{:.3f},"
        "\"user_us\":{:.3f},\"system_us\":{:.3f},\"worker_us\":{:.3f},\"p50_us\":{:.1f},"
        "\"answers_a_turn\":{:.2f}}}\n",
        name, tally.requests(), took_s, cpu / count, (after.user_us - before.user_us) / count,
        (after.system_us - before.system_us) / count, others / count, tally.p50_us(),
        count / static_cast<double>(std::max<std::uint64_t>(tally.turns(), 1)));
}

std::string make_request(std::string_view host, std::string_view path) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{{\"pad\":\"{}\"}}",
        path, host, kBody, std::string(kBody - 10, 'x'));
}

// One answer, of which the others are expected to be copies but for the date.
void learn(Target& target) {
    const Connection connection(target);
    send_whole(connection.fd(), target.request);
    std::string answer;
    std::size_t head = std::string::npos;
    while (head == std::string::npos) {
        char bytes[kAnswer];
        const ssize_t count = ::recv(connection.fd(), bytes, sizeof bytes, 0);
        check(count > 0, "recv of the first answer");
        answer.append(bytes, static_cast<std::size_t>(count));
        head = answer.find("\r\n\r\n");
    }
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = answer.find(kLength);
    if (at > head) throw std::runtime_error("the answer has no Content-Length");
    std::from_chars(answer.data() + at + kLength.size(), answer.data() + head, target.content);
    target.begin_of_answer = answer.substr(0, 12);
    fmt::print("{{\"answer\":\"{}\",\"content\":{}}}\n", target.begin_of_answer, target.content);
}

void measure_if(const char* name, std::unique_ptr<Loop> loop, Tally& tally, double seconds) {
    if (loop) return measure(name, *loop, tally, seconds);
    fmt::print("{{\"client\":\"{0}\",\"unavailable\":\"{0} is not allowed here: {1}\"}}\n", name,
               std::strerror(errno));
}

template <class Number>
Number number(std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        throw std::runtime_error(
            fmt::format("\"{}\" is no number from {} to {}", text, least, most));
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5 || argc > 6) {
        return std::fputs("usage: ring_bench HOST PORT CONNECTIONS SECONDS [PATH]\n", stderr), 2;
    }
    try {
        mettle::http::Url url;
        url.host = argv[1];
        url.port = number<std::uint16_t>(argv[2], 1, 65535);
        const double seconds = number<double>(argv[4], 0.1, 3600);
        const auto addresses = mettle::http::resolve(url);
        if (!addresses) throw std::runtime_error(addresses.error().message);
        Target target;
        target.address = addresses->front();
        target.connections = number<std::size_t>(argv[3], 1, 8192);
        target.request = make_request(url.authority(), argc == 6 ? argv[5] : "/null");
        learn(target);
        Tally tally;
        measure_if("wire_client", make_wire_loop(target, tally), tally, seconds);
        measure_if("epoll", make_epoll_loop(target, tally), tally, seconds);
        measure_if("io_uring", make_ring_loop(target, tally), tally, seconds);
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "ring_bench: %s\n", error.what()), 1;
    }
    return 0;
}
