#include "mettle/prove/sending.hpp"

#include "mettle/payload/data_file.hpp"
#include "mettle/protocols/body_task.hpp"
#include "mettle/protocols/model_payloads.hpp"
#include "mettle/protocols/openai/known_answers.hpp"
#include "mettle/protocols/openai/program.hpp"
#include "mettle/protocols/openai/requests.hpp"
#include "mettle/protocols/openapi/tasks.hpp"
#include "mettle/prove/goldens.hpp"
#include "mettle/prove/scenario_users.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using protocols::Protocol;
namespace openai = protocols::openai;
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

std::unexpected<Error> refuse(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// The shape that was given for an input, with the rows and lengths that are wanted where the model
// leaves them free.
Result<void> resize(const std::string& name, std::vector<payload::SizeLaw>& shape,
                    const Signature& signature, const RequestSize& size) {
    const TensorSpec* input = signature.input(name);
    for (std::size_t at = 0; at < shape.size(); ++at) {
        const std::int64_t dim = shape[at].at(1, 0);
        const bool free = input && at < input->shape.rank() && input->shape[at] < 0;
        if (at == 0 && !free && dim != size.rows)
            return refuse(fmt::format("the rows of {} are fixed", name));
        if (!free) continue;
        const auto longer = std::llround(static_cast<double>(dim) * size.length);
        shape[at] = payload::SizeLaw::fixed(
            at == 0 ? size.rows : std::max<std::int64_t>(1, static_cast<std::int64_t>(longer)));
    }
    return {};
}

// Of one payload, where shapes are given or follow from the rows.
std::size_t bytes_of(const Signature& signature, const payload::MakerOptions& options) {
    std::size_t bytes = 0;
    for (const TensorSpec& input : signature.inputs) {
        const auto given = options.shapes.find(input.name);
        std::size_t count = 1;
        for (std::size_t at = 0; at < input.shape.rank(); ++at) {
            std::int64_t dim = input.shape[at];
            if (dim < 0) dim = at == 0 ? options.batch.at(1, 0) : 1;
            if (given != options.shapes.end() && at < given->second.size())
                dim = given->second[at].at(1, 0);
            count *= static_cast<std::size_t>(std::max<std::int64_t>(0, dim));
        }
        bytes += count * (input.type == DataType::bytes ? 8 : element_size(input.type));
    }
    return bytes;
}

std::string beginning(std::string_view text) {
    constexpr std::size_t kShown = 200;
    return std::string(text.substr(0, kShown)) + (text.size() > kShown ? " …" : "");
}

bool takes_tensors(Protocol protocol) {
    return protocol == Protocol::v2 || protocol == Protocol::tfs;
}

bool about_tensors(const SendOptions& options) {
    return options.inputs.batch_given || !options.inputs.shapes.empty() ||
           !options.inputs.values.empty() || options.binary;
}

// Flags that say something of what the target has not.
Result<void> check_fits(const protocols::Target& target, const SendOptions& options) {
    const std::string speaks(protocols::shown_name_of(target.protocol));
    if (!target.api && !options.only.empty())
        return refuse("--only is for a target with an OpenAPI document, which this is not");
    const bool own = !options.method.empty() || !options.body.empty();
    if (takes_tensors(target.protocol) && own) {
        return refuse(
            fmt::format("--method and --body are for plain HTTP, and the target speaks {}: write "
                        "plain+http://… to have it that way",
                        speaks));
    }
    if (!takes_tensors(target.protocol) && about_tensors(options)) {
        return refuse(
            fmt::format("-b, --shape, --values and --binary are for V2 and TF Serving; the target "
                        "speaks {}: use --method, --body and --header",
                        speaks));
    }
    return {};
}

// What the user can do about an answer that is no success even for one client at a time.
std::string advice(const http::ClientResponse& response) {
    switch (response.status) {
        case 401:
        case 403:
            return "; give what it wants to know with --header 'Authorization: …'";
        case 429:
            return "; it limits even one client at a time: raise its limit for this test, or give "
                   "a key of one that may do more with --header";
        default:
            break;
    }
    const auto where = response.header("location");
    if (response.status < 400 && !where.empty())
        return fmt::format("; it is elsewhere: prove {} instead", where);
    return "";
}

// What an answer says, so that the same is the same: of OpenAI's, without ids and times.
std::string essence(Protocol protocol, const std::string& body) {
    if (protocol != Protocol::openai) return body;
    return openai::content_of(body).value_or(body);
}

}  // namespace

std::string_view name_of(AnswerSource source) {
    switch (source) {
        case AnswerSource::samples:
            return "samples.json";
        case AnswerSource::recorded:
            return "recorded";
        case AnswerSource::scenario:
            return "scenario";
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
    sending.options_.inputs.seed = seed;
    sending.seed_ = seed;
    if (options.scenario) {
        sending.source_ = AnswerSource::scenario;
        const auto users = make_users(options.scenario, target.url, options.headers, seed);
        if (!users) return std::unexpected(users.error());
        return sending;
    }
    if (const auto fits = check_fits(target, options); !fits) return std::unexpected(fits.error());
    if (const auto made = sending.make_requests(model_path); !made)
        return std::unexpected(made.error());
    return sending;
}

Result<void> Sending::make_requests(const std::optional<std::filesystem::path>& model_path) {
    if (takes_tensors(target_.protocol)) return make_model(model_path);
    if (target_.protocol == Protocol::openai) return make_openai();
    const bool own = !options_.method.empty() || !options_.body.empty();
    return target_.api && !own ? make_openapi() : make_bodies();
}

// The first operation that a load would send: a stage is about one thing.
Result<void> Sending::make_openapi() {
    protocols::openapi::TaskOptions wanted;
    wanted.only = options_.only;
    if (!options_.inputs.data.empty()) {
        auto rows = payload::read_data_file(options_.inputs.data);
        if (!rows) return refuse("--data: " + rows.error().message);
        wanted.rows = std::move(*rows);
    }
    wanted.headers = options_.headers;
    wanted.seed = seed_;
    wanted.payloads = kMadePayloads;
    auto made = protocols::openapi::make_tasks(*target_.api, target_.url, wanted);
    if (!made) return std::unexpected(made.error());
    task_ = std::move(made->tasks[0]);
    return {};
}

Result<void> Sending::make_openai() {
    openai::Generation generation = options_.generation;
    generation.endpoint = target_.version;
    generation.model = target_.model.name;
    generation.path = target_.url.target;
    generation.headers = options_.headers;
    generation.stream = streams();
    generation.count = options_.payload_count.value_or(kMadePayloads);
    generation.seed = seed_;
    auto task = openai::make_task(generation);
    if (!task) return std::unexpected(task.error());
    task_ = std::move(*task);
    task_.program_judges = streams();
    return {};
}

bool Sending::streams() const {
    return target_.protocol == Protocol::openai && options_.generation.stream &&
           target_.version != "embeddings";
}

Result<void> Sending::make_bodies() {
    protocols::BodySource source;
    source.method = !options_.method.empty()                                ? options_.method
                    : options_.body.empty() && options_.inputs.data.empty() ? "GET"
                                                                            : "POST";
    if (!options_.body.empty()) source.body = options_.body;
    source.data = options_.inputs.data;
    source.count = options_.payload_count.value_or(kMadePayloads);
    source.headers = options_.headers;
    source.seed = seed_;
    auto task = protocols::make_body_task(target_, source);
    if (!task) return std::unexpected(task.error());
    task_ = std::move(*task);
    return {};
}

Result<void> Sending::make_model(const std::optional<std::filesystem::path>& model_path) {
    const v2::ModelMetadata& about = target_.model;
    model_.emplace();
    model_->task = {protocols::make_model_api(target_, {options_.binary, options_.columnar}),
                    about.signature, options_.headers, about.name};
    const auto file = model_path ? find_samples(*model_path, about.name) : std::nullopt;
    const payload::MakerOptions& asked = options_.inputs;
    // Samples have their own shapes and values, so they stand only where none were asked for.
    const bool open =
        !asked.batch_given && asked.shapes.empty() && asked.values.empty() && asked.data.empty();
    if (file && open) {
        if (const auto taken = take_samples(*file); !taken) return std::unexpected(taken.error());
    } else {
        auto made = protocols::make_payloads(model_->task, options_.inputs, options_.payload_count);
        if (!made) return std::unexpected(made.error());
        model_->payloads = std::move(made->payloads);
    }
    task_ = protocols::make_model_task(model_->task, model_->payloads);
    return {};
}

Result<void> Sending::take_samples(const std::filesystem::path& file) {
    const auto goldens = read_samples(file, model_->task.signature);
    if (!goldens) return std::unexpected(goldens.error());
    source_ = AnswerSource::samples;
    for (const Golden& golden : *goldens) {
        auto encoded = model_->task.api->encode(golden.inputs);
        if (!encoded) return std::unexpected(encoded.error());
        encoded->expected = golden.outputs;
        encoded->tolerance = golden.tolerance;
        model_->payloads.push_back(std::move(*encoded));
    }
    return {};
}

Result<Sending> Sending::resized(const RequestSize& size, std::uint64_t seed) const {
    if (target_.protocol != Protocol::v2) return refuse("only requests of V2 are made larger");
    Sending sending;
    sending.target_ = target_;
    sending.options_ = options_;
    sending.seed_ = seed;
    sending.deterministic_ = deterministic_;
    payload::MakerOptions& inputs = sending.options_.inputs;
    inputs.seed = seed;
    inputs.batch = payload::SizeLaw::fixed(size.rows);
    inputs.batch_given = true;
    const Signature& signature = target_.model.signature;
    for (auto& [name, shape] : inputs.shapes) {
        if (const auto sized = resize(name, shape, signature, size); !sized)
            return std::unexpected(sized.error());
    }
    const std::size_t bytes = bytes_of(signature, inputs);
    if (bytes > kMostBytes) {
        return refuse(fmt::format("its inputs would be {} MiB, and no more than {} MiB is tried",
                                  bytes >> 20, kMostBytes >> 20));
    }
    // Fewer of large ones: they are all kept.
    constexpr std::size_t kMostKept = std::size_t{64} << 20;
    sending.options_.payload_count =
        std::clamp<std::size_t>(kMostKept / std::max<std::size_t>(1, bytes), 1, kMadePayloads);
    if (const auto made = sending.make_model({}); !made) return std::unexpected(made.error());
    return sending;
}

bool Sending::has_lengths() const {
    const auto free_behind_first = [](const TensorSpec& input) {
        for (std::size_t at = 1; at < input.shape.rank(); ++at)
            if (input.shape[at] < 0) return true;
        return false;
    };
    return target_.protocol == Protocol::v2 && !options_.inputs.shapes.empty() &&
           std::ranges::any_of(target_.model.signature.inputs, free_behind_first);
}

Result<http::ClientResponse> Sending::ask(http::Client& client, std::size_t payload) const {
    const http::ClientRequest& request = task_.requests[payload].request;
    auto response = client.send(request, kQuestionTimeout);
    // A server that fails now and then is for the stages to judge.
    for (int turn = 1; turn < kMostTries && response && response->status >= 500; ++turn)
        response = client.send(request, kQuestionTimeout);
    if (response && response->status >= 300) {
        return fail(Error::Kind::unavailable,
                    fmt::format("{} {} answered {} {}: {}{}", request.method, request.target,
                                response->status, response->reason, beginning(response->body),
                                advice(*response)));
    }
    return response;
}

// Each answer has the form that it should have.
Result<std::vector<http::ClientResponse>> Sending::ask_all(http::Client& client) {
    std::vector<http::ClientResponse> answers;
    for (std::size_t index = 0; index < task_.requests.size(); ++index) {
        auto response = ask(client, index);
        if (!response) return std::unexpected(response.error());
        if (first_answer_.empty()) first_answer_ = beginning(response->body);
        const auto& check = task_.requests[index].check;
        const auto flaw = check ? check->judge(protocols::answer_of(*response)) : std::nullopt;
        // What the samples call wrong is for the stages to find and to count.
        if (flaw && flaw->outcome != load::Outcome::wrong_answer)
            return fail(Error::Kind::protocol_violation,
                        fmt::format("{} {} answered otherwise than documented: {}", task_.method,
                                    task_.name, flaw->detail));
        answers.push_back(std::move(*response));
    }
    return answers;
}

Result<void> Sending::learn() {
    if (options_.scenario) return learn_scenario();
    http::Client client(target_.url, !options_.insecure);
    return model_ ? learn_model(client) : learn_bodies(client);
}

Result<void> Sending::learn_model(http::Client& client) {
    std::vector<std::shared_ptr<const payload::Tensors>> first;
    for (int round = 0; round < 2; ++round) {
        const auto answers = ask_all(client);
        if (!answers) return std::unexpected(answers.error());
        for (std::size_t index = 0; index < answers->size(); ++index) {
            auto outputs = model_->task.api->decode(protocols::answer_of((*answers)[index]));
            if (!outputs) return std::unexpected(outputs.error());
            const auto tolerance = model_->payloads[index].tolerance;
            if (round == 0)
                first.push_back(std::make_shared<payload::Tensors>(std::move(*outputs)));
            else if (v2::value_error(*outputs, *first[index], tolerance))
                deterministic_ = false;
        }
    }
    if (source_ == AnswerSource::samples || !deterministic_) return {};
    for (std::size_t index = 0; index < first.size(); ++index)
        model_->payloads[index].expected = first[index];
    task_ = protocols::make_model_task(model_->task, model_->payloads);
    source_ = AnswerSource::recorded;
    return {};
}

Result<void> Sending::learn_bodies(http::Client& client) {
    const auto first = ask_all(client);
    if (!first) return std::unexpected(first.error());
    // An answer that holds the time of day is the same again within the second.
    std::this_thread::sleep_for(1100ms);
    const auto second = ask_all(client);
    if (!second) return std::unexpected(second.error());
    if (streams()) return {};
    std::vector<std::string> bodies;
    for (std::size_t index = 0; index < first->size(); ++index) {
        bodies.push_back((*first)[index].body);
        const std::string& again = (*second)[index].body;
        if (essence(protocol(), bodies.back()) != essence(protocol(), again))
            deterministic_ = false;
    }
    if (!deterministic_) return {};
    source_ = AnswerSource::recorded;
    const bool texts = protocol() == Protocol::openai;
    const auto checks = texts ? openai::known_answer_checks(bodies)
                              : std::vector<std::shared_ptr<const protocols::AnswerCheck>>();
    for (std::size_t index = 0; index < bodies.size(); ++index) {
        auto& check = task_.requests[index].check;
        if (texts)
            check = checks[index];
        else
            check = std::make_shared<SameBody>(std::move(bodies[index]));
    }
    return {};
}

Result<void> Sending::learn_scenario() {
    const auto run = run_once(target_.url, kQuestionTimeout);
    if (!run) return std::unexpected(run.error());
    const auto& totals = run->totals;
    if (run->target_lost || totals.requests == 0) {
        return fail(Error::Kind::connection_lost,
                    fmt::format("{} gave no answer to a user of {}", target_.url.origin(),
                                options_.scenario->file));
    }
    if (!run->failures.empty() && totals.failures == totals.requests) {
        return fail(
            Error::Kind::unavailable,
            fmt::format("all {} requests of a user of {} failed: {}: {}", totals.requests,
                        options_.scenario->file, run->failures[0].kind, run->failures[0].detail));
    }
    first_answer_ =
        fmt::format("{} requests of one user, {} of them failed", totals.requests, totals.failures);
    return {};
}

// All that one user does once.
Result<results::RunResult> Sending::run_once(const http::Url& url, Duration timeout) const {
    load::LoadPlan plan;
    fill_at(url, plan);
    plan.closed = load::ClosedLoad{1, 1e9, {}};
    plan.iterations = 1;
    plan.timeout = timeout;
    plan.stop_timeout = timeout;
    const auto transports = transports_at(url, {1, 8, 1});
    if (!transports) return std::unexpected(transports.error());
    return load::run(plan, **transports, {});
}

Result<http::ClientResponse> Sending::send_one(http::Client& client, Duration timeout) const {
    if (options_.scenario)
        return fail(Error::Kind::invalid_input, "no request of a scenario stands alone");
    return client.send(task_.requests[0].request, timeout);
}

std::optional<std::string> Sending::try_once(http::Client& client, Duration timeout) const {
    if (options_.scenario) {
        const auto run = run_once(client.url(), timeout);
        if (!run) return run.error().message;
        if (run->totals.requests == 0) return "no request was sent";
        if (run->failures.empty()) return {};
        return fmt::format("{}: {}", run->failures[0].kind, run->failures[0].detail);
    }
    const auto response = send_one(client, timeout);
    if (!response) return response.error().message;
    if (response->status >= 400) return fmt::format("status {}", response->status);
    const auto& check = task_.requests[0].check;
    if (!check) return {};
    const auto flaw = check->judge(protocols::answer_of(*response));
    return flaw ? std::optional(flaw->detail) : std::nullopt;
}

void Sending::move_to(const http::Url& server) {
    target_.url.host = server.host;
    target_.url.port = server.port;
}

bool Sending::await_answer(Duration patience, const std::stop_token& stop) const {
    http::Client client(target_.url, !options_.insecure);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
        if (options_.scenario) {
            if (client.connect(1s)) return true;
        } else if (const auto answer = send_one(client, 10s); answer && answer->status < 500) {
            return true;
        }
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

load::PlanTask Sending::task() const {
    return {task_.name, task_.method, 1, static_cast<std::uint32_t>(task_.requests.size())};
}

std::string Sending::name() const {
    if (options_.scenario) return options_.scenario->file;
    return task_.name;
}

void Sending::fill(load::LoadPlan& plan) const {
    fill_at(target_.url, plan);
}

// What users have used up of a scenario's data is there again for the next run.
void Sending::fill_at(const http::Url& url, load::LoadPlan& plan) const {
    if (options_.scenario) {
        auto users = make_users(options_.scenario, url, options_.headers, seed_).value();
        plan.program = std::move(users.program);
        plan.names = std::move(users.names);
        return;
    }
    plan.tasks = {task()};
    if (!streams()) return;
    plan.names = std::make_shared<load::Names>();
    plan.names->add_task({task_.name, task_.method});
    plan.program = openai::make_program({plan.tasks, true, {}, seed_}, *plan.names);
}

std::optional<double> Sending::tolerance() const {
    if (!model_ || !model_->payloads[0].expected) return {};
    double largest = 0;
    for (const v2::Payload& sent : model_->payloads)
        largest = std::max(largest, sent.tolerance.absolute);
    return largest;
}

Result<std::unique_ptr<load::TransportFactory>> Sending::transports(
    const TransportNeeds& needs) const {
    return transports_at(target_.url, needs);
}

Result<std::unique_ptr<load::TransportFactory>> Sending::transports_at(
    const http::Url& url, const TransportNeeds& needs) const {
    protocols::HttpOptions http;
    http.max_connections = needs.max_connections;
    http.workers = needs.workers;
    http.verify_tls = !options_.insecure;
    http.check_share = needs.check_share;
    if (!options_.scenario) return protocols::make_transports(url, {task_}, http);
    auto users = make_users(options_.scenario, url, options_.headers, seed_);
    if (!users) return std::unexpected(users.error());
    http.more_origins = std::move(users->more_origins);
    return protocols::make_transports(url, {}, http);
}

}  // namespace mettle::prove
