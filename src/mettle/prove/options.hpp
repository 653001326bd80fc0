#pragma once

#include "mettle/base/units.hpp"
#include "mettle/http/client.hpp"
#include "mettle/monitor/target.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/protocols/openapi/document.hpp"
#include "mettle/prove/production.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::prove {

// What to send, where it is not all made from the target's own metadata.
struct SendOptions {
    std::string model;
    std::optional<std::int64_t> batch;
    std::vector<std::string> shapes;  // "INPUT:1,3,224,224"
    bool binary = false;
    std::string method;  // Plain HTTP only, as `body`.
    std::string body;
    // OpenAPI only: which operation, rows for it, and its document where the user has that.
    std::vector<std::string> only;
    std::vector<payload::DataRow> rows;
    std::shared_ptr<const protocols::openapi::Document> api;
    http::HeaderList headers;
    bool insecure = false;
};

// Whom to watch beside the target that prove serves itself.
struct WatchOptions {
    monitor::TargetChoice target;
    std::vector<http::Url> scrape;
};

struct ProveOptions {
    // Whether there is something to start, stop and start again: a model or a command.
    bool starts_target() const;
    // What the user calls it, for headings.
    const std::string& shown_target() const { return target.empty() ? command : target; }

    std::string target;   // A URL, or a model: file or folder. With a command its URL, if it is not
                          // http://127.0.0.1:{port}; may have a protocol's prefix and a path.
    std::string command;  // --cmd
    std::vector<std::string> slo;  // As typed; empty: assumed.
    std::optional<double> expect_rps;
    std::optional<Duration> budget;
    std::string profile = "default";
    std::vector<std::string> stages_only;
    std::optional<double> max_rate;
    std::optional<Duration> start_limit;  // Else the profile's.
    std::optional<Duration> soak;         // At a steady rate, beside the other stages.
    bool allow_overload = false;          // Of a target that is not on loopback.
    std::uint64_t seed = 1;
    std::optional<Production> production;  // Where it will run, to be compared with here.
    std::string artefacts;                 // Folder for the raw result of each run; empty: none.
    SendOptions send;
    std::optional<WatchOptions> watch = WatchOptions();   // None: nothing is watched.
    std::filesystem::path executable = "/proc/self/exe";  // What serves a model.
};

// "http://host:8000", "v2+http://host", "host:8000". Anything else is a model, which prove serves
// itself.
bool is_url(const std::string& target);

// Refuses flags that contradict each other or the kind of target.
Result<void> check(const ProveOptions& options);

}  // namespace mettle::prove
