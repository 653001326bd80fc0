#include "mettle/prove/sending.hpp"

#include "mettle/protocols/openapi/tasks.hpp"
#include "mettle/prove/goldens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
namespace v2 = protocols::v2;

constexpr std::size_t kMadePayloads = 32;
constexpr Duration kQuestionTimeout = 30s;
constexpr int kMostTries = 3;

// A plain answer that is the same each time is known by its bytes.
class SameBody final : public protocols::AnswerCheck {
public:
    explicit SameBody(std::string body) : body_(std::move(body)) {}

    std::optional<protocols::Flaw> judge(const protocols::Answer& answer) const override {
        if (answer.body == body_) return {};
        return protocols::Flaw{load::Outcome::wrong_answer,
                               "the body differs from the one "
                               "recorded at concurrency 1"};
    }

private:
    std::string body_;
};

Result<payload::InputOptions> input_options(const SendOptions& options) {
    payload::InputOptions inputs;
    inputs.batch = options.batch.value_or(1);
    inputs.batch_given = options.batch.has_value();
    for (const std::string& text : options.shapes) {
        auto shape = payload::parse_shape(text);
        if (!shape) return fail(shape.error().kind, "--shape " + shape.error().message);
        inputs.shapes.insert(std::move(*shape));
    }
    return inputs;
}

// "INPUT:1,3,224,224", with the rows and lengths that are wanted where the model leaves them free.
Result<std::string> resize(const std::string& text, const Signature& signature,
                           const RequestSize& size) {
    auto shape = payload::parse_shape(text);
    if (!shape) return std::unexpected(shape.error());
    const TensorSpec* input = signature.input(shape->first);
    std::string dims;
    for (std::size_t at = 0; at < shape->second.rank(); ++at) {
        std::int64_t dim = shape->second[at];
        const bool free = input && at < input->shape.rank() && input->shape[at] < 0;
        if (free && at == 0) dim = size.rows;
        if (free && at > 0)
            dim = std::max<std::int64_t>(1, std::llround(static_cast<double>(dim) * size.length));
        if (!free && at == 0 && dim != size.rows)
            return fail(Error::Kind::invalid_input,
                        fmt::format("the rows of {} are fixed", shape->first));
        dims += (at == 0 ? "" : ",") + std::to_string(dim);
    }
    return shape->first + ":" + dims;
}

std::size_t bytes_of(const std::vector<TensorSpec>& inputs) {
    std::size_t bytes = 0;
    for (const TensorSpec& input : inputs) {
        const auto count = input.shape.element_count();
        const std::size_t each = input.type == DataType::bytes ? 8 : element_size(input.type);
        bytes += (count ? static_cast<std::size_t>(*count) : 0) * each;
    }
    return bytes;
}

// Fewer of large ones: they are all kept.
std::size_t payloads_for(const std::vector<TensorSpec>& inputs) {
    constexpr std::size_t kMostKept = std::size_t{64} << 20;
    return std::clamp<std::size_t>(kMostKept / std::max<std::size_t>(1, bytes_of(inputs)), 1,
                                   kMadePayloads);
}

std::string beginning(std::string_view text) {
    constexpr std::size_t kShown = 200;
    return std::string(text.substr(0, kShown)) + (text.size() > kShown ? " …" : "");
}

}  // namespace

std::string_view name_of(AnswerSource source) {
    switch (source) {
        case AnswerSource::samples:
            return "samples.json";
        case AnswerSource::recorded:
            return "recorded";
        case AnswerSource::none:
            return "none";
    }
    return "";
}

Result<Sending> Sending::make(const protocols::Target& target, const SendOptions& options,
                              const std::optional<std::filesystem::path>& model_path,
                              std::uint64_t seed) {
    Sending sending;
    sending.target_ = target;
    sending.options_ = options;
    if (!target.api && (!options.only.empty() || !options.rows.empty())) {
        return fail(Error::Kind::invalid_input,
                    "--only and --data are for a target with an OpenAPI document, which this is "
                    "not");
    }
    const bool own = !options.method.empty() || !options.body.empty();
    const auto made = target.protocol == protocols::Protocol::v2 ? sending.make_v2(model_path, seed)
                      : target.api && !own                       ? sending.make_openapi(seed)
                                                                 : sending.make_plain();
    if (!made) return std::unexpected(made.error());
    return sending;
}

// The first operation that a load would send: a stage is about one thing.
Result<void> Sending::make_openapi(std::uint64_t seed) {
    protocols::openapi::TaskOptions wanted;
    wanted.only = options_.only;
    wanted.rows = options_.rows;
    wanted.headers = options_.headers;
    wanted.seed = seed;
    wanted.payloads = kMadePayloads;
    auto made = protocols::openapi::make_tasks(*target_.api, target_.url, wanted);
    if (!made) return std::unexpected(made.error());
    plain_ = std::move(made->tasks[0]);
    return {};
}

Result<void> Sending::make_v2(const std::optional<std::filesystem::path>& model_path,
                              std::uint64_t seed) {
    if (!options_.method.empty() || !options_.body.empty()) {
        return fail(Error::Kind::invalid_input,
                    "--method and --body are for plain HTTP, and the target speaks V2: write "
                    "plain+http://… to have it that way");
    }
    const Signature& signature = target_.model.signature;
    const auto encoding = options_.binary ? v2::Encoding::binary : v2::Encoding::json;
    std::vector<Golden> goldens;
    const auto file = model_path ? find_samples(*model_path, target_.model.name) : std::nullopt;
    // Samples have their own shapes, so they stand only where none were asked for.
    if (file && !options_.batch && options_.shapes.empty()) {
        auto read = read_samples(*file, signature);
        if (!read) return std::unexpected(read.error());
        goldens = std::move(*read);
        source_ = AnswerSource::samples;
    } else {
        const auto wanted = input_options(options_);
        if (!wanted) return std::unexpected(wanted.error());
        const auto specs = payload::resolve_inputs(signature, *wanted);
        if (!specs) return std::unexpected(specs.error());
        const std::size_t count = payloads_for(*specs);
        for (std::size_t index = 0; index < count; ++index)
            goldens.push_back({payload::make_inputs(*specs, seed, index), nullptr, {}});
    }
    for (const Golden& golden : goldens) {
        auto encoded = v2::encode_request(golden.inputs, encoding);
        if (!encoded) return std::unexpected(encoded.error());
        encoded->expected = golden.outputs;
        encoded->tolerance = golden.tolerance;
        payloads_.push_back(std::move(*encoded));
    }
    return {};
}

Result<Sending> Sending::resized(const RequestSize& size, std::uint64_t seed) const {
    if (target_.protocol != protocols::Protocol::v2)
        return fail(Error::Kind::invalid_input, "only requests of V2 are made larger");
    const Signature& signature = target_.model.signature;
    Sending sending;
    sending.target_ = target_;
    sending.options_ = options_;
    sending.options_.batch = size.rows;
    sending.deterministic_ = deterministic_;
    for (std::string& text : sending.options_.shapes) {
        auto shape = resize(text, signature, size);
        if (!shape) return std::unexpected(shape.error());
        text = std::move(*shape);
    }
    const auto wanted = input_options(sending.options_);
    if (!wanted) return std::unexpected(wanted.error());
    const auto specs = payload::resolve_inputs(signature, *wanted);
    if (!specs) return std::unexpected(specs.error());
    if (bytes_of(*specs) > kMostBytes) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("its inputs would be {} MiB, and no more than {} MiB is tried",
                                bytes_of(*specs) >> 20, kMostBytes >> 20));
    }
    if (const auto made = sending.make_v2({}, seed); !made) return std::unexpected(made.error());
    return sending;
}

bool Sending::has_lengths() const {
    const auto free_behind_first = [](const TensorSpec& input) {
        for (std::size_t at = 1; at < input.shape.rank(); ++at)
            if (input.shape[at] < 0) return true;
        return false;
    };
    return target_.protocol == protocols::Protocol::v2 && !options_.shapes.empty() &&
           std::ranges::any_of(target_.model.signature.inputs, free_behind_first);
}

Result<void> Sending::make_plain() {
    if (options_.batch || !options_.shapes.empty() || options_.binary) {
        return fail(Error::Kind::invalid_input,
                    "-b, --shape and --binary are for models; the target speaks plain HTTP: use "
                    "--method, --body and --header");
    }
    const std::string method = !options_.method.empty() ? options_.method
                               : options_.body.empty()  ? "GET"
                                                        : "POST";
    plain_ = {target_.url.target, method, 1, {}};
    plain_.requests.push_back(
        {{method, target_.url.target, options_.headers, options_.body}, nullptr});
    return {};
}

std::size_t Sending::payload_count() const {
    return payloads_.empty() ? plain_.requests.size() : payloads_.size();
}

http::ClientRequest Sending::request(std::size_t payload) const {
    if (payloads_.empty()) return plain_.requests[payload].request;
    const v2::Payload& sent = payloads_[payload];
    http::HeaderList headers = sent.headers;
    headers.insert(headers.end(), options_.headers.begin(), options_.headers.end());
    return {"POST", v2::infer_path(target_.model.name, target_.version), std::move(headers),
            sent.body};
}

Result<http::ClientResponse> Sending::ask(http::Client& client, std::size_t payload) const {
    auto response = client.send(request(payload), kQuestionTimeout);
    // A server that fails now and then is for the stages to judge.
    for (int turn = 1; turn < kMostTries && response && response->status >= 500; ++turn)
        response = client.send(request(payload), kQuestionTimeout);
    if (response && response->status >= 400) {
        return fail(Error::Kind::unavailable,
                    fmt::format("{} {} answered {} {}: {}", request(payload).method,
                                request(payload).target, response->status, response->reason,
                                beginning(response->body)));
    }
    return response;
}

Result<void> Sending::learn() {
    http::Client client(target_.url, !options_.insecure);
    return payloads_.empty() ? learn_plain(client) : learn_v2(client);
}

Result<void> Sending::learn_v2(http::Client& client) {
    const Signature& signature = target_.model.signature;
    std::vector<std::shared_ptr<const payload::Tensors>> first;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t index = 0; index < payloads_.size(); ++index) {
            const auto response = ask(client, index);
            if (!response) return std::unexpected(response.error());
            auto outputs = v2::decode_answer(*response);
            if (!outputs) return std::unexpected(outputs.error());
            if (first_answer_.empty()) first_answer_ = beginning(response->body);
            if (const auto flaw = v2::form_error(*outputs, signature, payloads_[index].rows))
                return fail(Error::Kind::protocol_violation, *flaw);
            if (round == 0) {
                first.push_back(std::make_shared<payload::Tensors>(std::move(*outputs)));
            } else if (v2::value_error(*outputs, *first[index], payloads_[index].tolerance)) {
                deterministic_ = false;
            }
        }
    }
    if (source_ == AnswerSource::samples || !deterministic_) return {};
    for (std::size_t index = 0; index < payloads_.size(); ++index)
        payloads_[index].expected = first[index];
    source_ = AnswerSource::recorded;
    return {};
}

Result<std::vector<std::string>> Sending::ask_all(http::Client& client) {
    std::vector<std::string> bodies;
    for (std::size_t index = 0; index < plain_.requests.size(); ++index) {
        auto response = ask(client, index);
        if (!response) return std::unexpected(response.error());
        if (first_answer_.empty()) first_answer_ = beginning(response->body);
        const auto& check = plain_.requests[index].check;
        const auto flaw =
            check ? check->judge({response->body, -1, response->status}) : std::nullopt;
        if (flaw)
            return fail(Error::Kind::protocol_violation,
                        fmt::format("{} {} answered otherwise than documented: {}", plain_.method,
                                    plain_.name, flaw->detail));
        bodies.push_back(std::move(response->body));
    }
    return bodies;
}

Result<void> Sending::learn_plain(http::Client& client) {
    const auto first = ask_all(client);
    if (!first) return std::unexpected(first.error());
    // An answer that holds the time of day is the same again within the second.
    std::this_thread::sleep_for(1100ms);
    const auto second = ask_all(client);
    if (!second) return std::unexpected(second.error());
    deterministic_ = *first == *second;
    if (!deterministic_) return {};
    for (std::size_t index = 0; index < first->size(); ++index)
        plain_.requests[index].check = std::make_shared<SameBody>((*first)[index]);
    source_ = AnswerSource::recorded;
    return {};
}

Result<http::ClientResponse> Sending::send_one(http::Client& client, Duration timeout) const {
    return client.send(request(0), timeout);
}

std::optional<std::string> Sending::try_once(http::Client& client, Duration timeout) const {
    const auto response = send_one(client, timeout);
    if (!response) return response.error().message;
    if (response->status >= 400) return fmt::format("status {}", response->status);
    if (payloads_.empty()) {
        const auto& check = plain_.requests[0].check;
        if (!check) return {};
        const auto flaw = check->judge({response->body, -1, response->status});
        return flaw ? std::optional(flaw->detail) : std::nullopt;
    }
    const auto outputs = v2::decode_answer(*response);
    if (!outputs) return outputs.error().message;
    const v2::Payload& sent = payloads_[0];
    if (auto flaw = v2::form_error(*outputs, target_.model.signature, sent.rows)) return flaw;
    return sent.expected ? v2::value_error(*outputs, *sent.expected, sent.tolerance) : std::nullopt;
}

load::PlanTask Sending::task() const {
    if (payloads_.empty())
        return {plain_.name, plain_.method, 1, static_cast<std::uint32_t>(plain_.requests.size())};
    return {target_.model.name, "POST", 1, static_cast<std::uint32_t>(payloads_.size())};
}

std::optional<double> Sending::tolerance() const {
    if (payloads_.empty() || !payloads_[0].expected) return {};
    double largest = 0;
    for (const v2::Payload& sent : payloads_) largest = std::max(largest, sent.tolerance.absolute);
    return largest;
}

Result<std::unique_ptr<load::TransportFactory>> Sending::transports(
    const TransportNeeds& needs) const {
    protocols::HttpOptions http;
    http.max_connections = needs.max_connections;
    http.workers = needs.workers;
    http.verify_tls = !options_.insecure;
    http.check_share = needs.check_share;
    if (payloads_.empty()) return protocols::make_transports(target_.url, {plain_}, http);
    const v2::InferTask what{target_.model.name, target_.version, target_.model.signature,
                             options_.headers};
    return protocols::make_transports(target_.url, {v2::make_task(what, payloads_)}, http);
}

}  // namespace mettle::prove
