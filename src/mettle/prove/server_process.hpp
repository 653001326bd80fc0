#pragma once

#include "mettle/host/child_process.hpp"
#include "mettle/http/url.hpp"
#include "mettle/prove/launch.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::prove {

// A server that we started, on CPUs of its own. Ended with this object, whatever it does.
class ServerProcess {
public:
    // Returns when it listens: ours has printed its address on a port that the kernel chose, a
    // command listens on the port that it was told. Fails with its own words when it ends before
    // that, since then the model is unreadable or the command wrong; also when it listens only
    // elsewhere, or goes into the background. `stop` ends the wait.
    static Result<ServerProcess> start(const Launch& launch, const std::vector<int>& cpus,
                                       std::stop_token stop = {});

    const http::Url& url() const { return url_; }  // Without a path.
    int pid() const { return child_.pid(); }
    TimePoint started() const { return child_.started(); }
    TimePoint listening() const { return listening_; }  // When that was seen.

    // Nothing while it runs; else how it ended and its last words.
    std::optional<std::string> epitaph();
    // SIGTERM, and SIGKILL when it has not ended after 5 s. Whether the first was enough.
    bool stop();
    void send_signal(int signal) { child_.send_signal(signal); }

private:
    ServerProcess(host::ChildProcess child, http::Url url, TimePoint listening)
        : child_(std::move(child)), url_(std::move(url)), listening_(listening) {}

    static Result<ServerProcess> start_model(const Launch& launch, host::ChildProcess child,
                                             const std::stop_token& stop);
    static Result<ServerProcess> start_command(const Launch& launch, host::ChildProcess child,
                                               const std::stop_token& stop);

    host::ChildProcess child_;
    http::Url url_;
    TimePoint listening_;
};

// The first "http://HOST:PORT" of a text whose line is whole; empty when there is none yet.
std::string address_in(std::string_view output);

}  // namespace mettle::prove
