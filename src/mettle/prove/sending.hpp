#pragma once

// What is sent to the target, and how its answers are judged: payloads made from the model's own
// signature or its samples, requests from a document or from the user, or a scenario's users; each
// with the right answer where that is known. Made once, read by all stages; const means
// thread-safe.

#include "mettle/load/runner.hpp"
#include "mettle/protocols/model_task.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"
#include "mettle/prove/options.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::prove {

enum class AnswerSource { samples, recorded, scenario, none };
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
    // then not compared. Of a scenario one user does all once. Errors: the target could not be
    // asked, or an answer was an error.
    Result<void> learn();

    // The same of another size, with made inputs whose answers are checked for their form. Errors:
    // no V2, a dimension that is fixed, or more than kMostBytes.
    Result<Sending> resized(const RequestSize& size, std::uint64_t seed) const;
    static constexpr std::size_t kMostBytes = std::size_t{8} << 20;
    // Whether a request has dimensions beside its rows that may be longer.
    bool has_lengths() const;

    // The target is another process now, at the same path of another server.
    void move_to(const http::Url& server);
    // Whether it answers at all within that time, with what is no error of a server's.
    bool await_answer(Duration patience, const std::stop_token& stop) const;

    // One request to `client`'s server, judged: nothing when its answer was right, else why not. Of
    // a scenario all that one user does once, on connections of its own.
    std::optional<std::string> try_once(http::Client& client, Duration timeout) const;

    // The same, as it came. Fails for a scenario: nothing of it stands alone.
    Result<http::ClientResponse> send_one(http::Client& client, Duration timeout) const;

    Result<std::unique_ptr<load::TransportFactory>> transports(const TransportNeeds& needs) const;
    // Adds to a plan whatever says what is sent.
    void fill(load::LoadPlan& plan) const;
    // What is sent, for headings: "digits", "/predict", "shop.yaml".
    std::string name() const;

    AnswerSource source() const { return source_; }
    bool deterministic() const { return deterministic_; }
    // Nothing where values are not compared.
    std::optional<double> tolerance() const;
    std::size_t payload_count() const { return task_.requests.size(); }
    // As the statistics have it. REQUIRES: no scenario
    load::PlanTask task() const;
    const http::Url& url() const { return target_.url; }
    protocols::Protocol protocol() const { return target_.protocol; }
    bool insecure() const { return options_.insecure; }
    // What an answer that the user sees first looks like.
    const std::string& first_answer() const { return first_answer_; }

private:
    // Tensors, which are compared value by value.
    struct ModelInputs {
        protocols::ModelTask task;
        std::vector<protocols::v2::Payload> payloads;
    };

    Result<void> make_requests(const std::optional<std::filesystem::path>& model_path);
    Result<void> make_model(const std::optional<std::filesystem::path>& model_path);
    Result<void> take_samples(const std::filesystem::path& file);
    Result<void> make_openapi();
    Result<void> make_openai();
    Result<void> make_bodies();
    Result<http::ClientResponse> ask(http::Client& client, std::size_t payload) const;
    Result<std::vector<http::ClientResponse>> ask_all(http::Client& client);
    Result<void> learn_model(http::Client& client);
    Result<void> learn_bodies(http::Client& client);
    Result<void> learn_scenario();
    Result<results::RunResult> run_once(const http::Url& url, Duration timeout) const;
    void fill_at(const http::Url& url, load::LoadPlan& plan) const;
    Result<std::unique_ptr<load::TransportFactory>> transports_at(
        const http::Url& url, const TransportNeeds& needs) const;
    bool streams() const;

    protocols::Target target_;
    SendOptions options_;
    std::uint64_t seed_ = 1;
    std::optional<ModelInputs> model_;  // V2 and TF Serving.
    protocols::Task task_;              // Without requests: a scenario.
    AnswerSource source_ = AnswerSource::none;
    bool deterministic_ = true;
    std::string first_answer_;
};

}  // namespace mettle::prove
