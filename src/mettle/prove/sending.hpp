#pragma once

// What is sent to the target, and how its answers are judged: payloads made from the model's own
// signature or its samples, each with the right answer where that is known. Made once, read by all
// stages; const means thread-safe.

#include "mettle/load/runner.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"
#include "mettle/protocols/v2/transport.hpp"
#include "mettle/prove/options.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::prove {

enum class AnswerSource { samples, recorded, none };
std::string_view name_of(AnswerSource source);  // "samples.json"

// How a transport is to be made for one run.
struct TransportNeeds {
    int workers = 1;
    std::size_t max_connections = 10'000;
    double check_share = 0.05;  // 1: judge every answer.
};

// Of requests that are made larger.
struct RequestSize {
    std::int64_t rows = 1;
    double length = 1;  // Factor on the other free dimensions.
};

class Sending {
public:
    // `model_path` is where samples may be, if the model is ours. Errors are the user's to put
    // right: a dimension that must be given, a body for a model that has a signature.
    static Result<Sending> make(const protocols::Target& target, const SendOptions& options,
                                const std::optional<std::filesystem::path>& model_path,
                                std::uint64_t seed);

    // Sends every payload twice, one after the other, and learns what is right: where no samples
    // say so, the first answer. Two answers that differ make `deterministic` false, and values are
    // then not compared. Errors: the target could not be asked, or an answer was an error.
    Result<void> learn();

    // The same of another size, with made inputs whose answers are checked for their form. Errors:
    // no V2, a dimension that is fixed, or more than kMostBytes.
    Result<Sending> resized(const RequestSize& size, std::uint64_t seed) const;
    static constexpr std::size_t kMostBytes = std::size_t{8} << 20;
    // Whether a request has dimensions beside its rows that may be longer.
    bool has_lengths() const;

    // One request, judged: nothing when its answer was right, else why not.
    std::optional<std::string> try_once(http::Client& client, Duration timeout) const;

    // The same, as it came.
    Result<http::ClientResponse> send_one(http::Client& client, Duration timeout) const;

    Result<std::unique_ptr<load::TransportFactory>> transports(const TransportNeeds& needs) const;
    load::PlanTask task() const;

    AnswerSource source() const { return source_; }
    bool deterministic() const { return deterministic_; }
    // Nothing where values are not compared.
    std::optional<double> tolerance() const;
    std::size_t payload_count() const;
    const http::Url& url() const { return target_.url; }
    protocols::Protocol protocol() const { return target_.protocol; }
    bool insecure() const { return options_.insecure; }
    // What an answer that the user sees first looks like.
    const std::string& first_answer() const { return first_answer_; }

private:
    Result<void> make_v2(const std::optional<std::filesystem::path>& model_path,
                         std::uint64_t seed);
    Result<void> make_openapi(std::uint64_t seed);
    Result<void> make_plain();
    http::ClientRequest request(std::size_t payload) const;
    Result<http::ClientResponse> ask(http::Client& client, std::size_t payload) const;
    Result<void> learn_v2(http::Client& client);
    Result<void> learn_plain(http::Client& client);
    Result<std::vector<std::string>> ask_all(http::Client& client);

    protocols::Target target_;
    SendOptions options_;
    std::vector<protocols::v2::Payload> payloads_;  // V2.
    protocols::Task plain_;                         // OpenAPI and plain HTTP.
    AnswerSource source_ = AnswerSource::none;
    bool deterministic_ = true;
    std::string first_answer_;
};

}  // namespace mettle::prove
