#pragma once

#include "mettle/host/child_process.hpp"
#include "mettle/http/url.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::prove {

// A `mettle serve` of our own, on CPUs of its own and a port that the kernel chose. Ended with this
// object.
class ServerProcess {
public:
    // Returns when it has printed its address. Fails with its own words when it ends before that,
    // since then the model is unreadable or cannot be served. `stop` ends the wait.
    static Result<ServerProcess> start(const std::filesystem::path& executable,
                                       const std::string& model, const std::vector<int>& cpus,
                                       std::stop_token stop = {});

    const http::Url& url() const { return url_; }
    int pid() const { return child_.pid(); }
    TimePoint started() const { return child_.started(); }
    TimePoint listening() const { return listening_; }  // When the address was read.

    // Nothing while it runs; else how it ended and its last words.
    std::optional<std::string> epitaph();
    void stop() { child_.terminate(std::chrono::seconds(5)); }

private:
    ServerProcess(host::ChildProcess child, http::Url url, TimePoint listening)
        : child_(std::move(child)), url_(std::move(url)), listening_(listening) {}

    host::ChildProcess child_;
    http::Url url_;
    TimePoint listening_;
};

// The first "http://HOST:PORT" of a text whose line is whole; empty when there is none yet.
std::string address_in(std::string_view output);

}  // namespace mettle::prove
