#include "mettle/scenario/script_program.hpp"

#include "mettle/base/clock_ns.hpp"
#include "mettle/http/client.hpp"
#include "mettle/http/message.hpp"
#include "mettle/load/recorder.hpp"
#include "mettle/scenario/script_user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace mettle::scenario {

namespace {

using load::Attempt;
using load::Next;
using load::Outcome;

class ScriptUsers final : public load::BehaviourFactory {
public:
    ScriptUsers(std::shared_ptr<const Script> script, load::Recorder& recorder, std::uint64_t seed)
        : script_(std::move(script)), bench_(recorder), seed_(seed) {}

    std::unique_ptr<load::Behaviour> make(const load::UserPlace& place) override {
        return std::make_unique<ScriptUser>(bench_, *script_, place, seed_);
    }

private:
    std::shared_ptr<const Script> script_;
    Workbench bench_;
    std::uint64_t seed_;
};

class ScriptProgram final : public load::Program {
public:
    ScriptProgram(std::shared_ptr<const Script> script, std::uint64_t seed)
        : script_(std::move(script)), seed_(seed) {
        for (const ScriptClass& each : script_->classes) classes_.push_back(each.about);
    }

    const std::vector<load::UserClass>& classes() const override { return classes_; }
    std::unique_ptr<load::BehaviourFactory> make(load::Recorder& recorder,
                                                 int /*worker*/) const override {
        return std::make_unique<ScriptUsers>(script_, recorder, seed_);
    }

private:
    std::shared_ptr<const Script> script_;
    std::uint64_t seed_;
    std::vector<load::UserClass> classes_;
};

// The bytes that a user made, taken apart again.
http::ClientRequest to_client_request(std::string_view bytes) {
    http::ClientRequest request;
    const auto head_end = bytes.find("\r\n\r\n");
    std::string_view head = bytes.substr(0, head_end);
    request.body = bytes.substr(head_end + 4);
    const auto line_end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, line_end);
    const auto blank = line.find(' ');
    request.method = line.substr(0, blank);
    request.target = line.substr(blank + 1, line.rfind(' ') - blank - 1);
    for (auto at = line_end; at < head.size();) {
        at += 2;
        const auto end = std::min(head.find("\r\n", at), head.size());
        const std::string_view each = head.substr(at, end - at);
        const auto colon = each.find(": ");
        const std::string_view name = each.substr(0, colon);
        // Those are the client's own.
        if (!http::same_name(name, "host") && !http::same_name(name, "content-length"))
            request.headers.emplace_back(name, each.substr(colon + 2));
        at = end;
    }
    return request;
}

std::string head_of(const http::ClientResponse& response) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, response.reason);
    for (const auto& [name, value] : response.headers)
        head += fmt::format("{}: {}\r\n", name, value);
    return head;
}

class OnceRunner {
public:
    OnceRunner(const Script& script, const OnceOptions& options, std::stop_token stop)
        : script_(script),
          options_(options),
          stop_(std::move(stop)),
          bench_(recorder_),
          user_(bench_, script, {}, options.seed) {
        for (const http::Url& origin : script.http.origins)
            clients_.emplace_back(origin, options.route);
    }

    Result<std::vector<KeptValue>> run() {
        Attempt attempt;
        for (;;) {
            if (stop_.stop_requested())
                return fail(Error::Kind::cancelled, fmt::format("{} was interrupted", name()));
            const Next next = user_.next(attempt, clock_ns());
            if (!recorder_.report().exceptions.empty())
                return invalid(recorder_.report().exceptions.front().message);
            if (next.kind == Next::Kind::gone) return user_.values();
            if (next.kind == Next::Kind::wait) pause(next.wait_ns);
            if (next.kind != Next::Kind::request) continue;
            if (auto sent = send(attempt); !sent) return std::unexpected(sent.error());
        }
    }

private:
    const std::string& name() const { return script_.classes[0].about.name; }
    std::unexpected<Error> invalid(std::string_view why) const {
        return fail(Error::Kind::invalid_input, fmt::format("{}: {}", name(), why));
    }

    void pause(std::int64_t ns) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any changed;
        changed.wait_for(lock, stop_, std::chrono::nanoseconds(ns), [] { return false; });
    }

    Result<void> send(Attempt& attempt) {
        for (;;) {
            const http::ClientRequest request = to_client_request(attempt.made->bytes);
            const Duration timeout =
                attempt.timeout_ns > 0 ? Duration(attempt.timeout_ns) : options_.timeout;
            attempt.sent_ns = clock_ns();
            const auto response = clients_[attempt.made->origin].send(request, timeout);
            attempt.done_ns = clock_ns();
            const std::string what = fmt::format("{} {}", request.method, request.target);
            if (!response)
                return fail(response.error().kind,
                            fmt::format("{}: {}: {}", name(), what, response.error().message));
            attempt.status = static_cast<std::uint16_t>(response->status);
            attempt.outcome = response->status >= 400 ? Outcome::status : Outcome::ok;
            attempt.detail = {};
            const std::string head = head_of(*response);
            const auto then =
                attempt.reader->on_answer(attempt, {response->status, head, response->body});
            if (then == load::AnswerReader::Then::send_again) continue;
            if (attempt.outcome == Outcome::ok) return {};
            return invalid(fmt::format("{} got {} {}{}{}", what, response->status, response->reason,
                                       attempt.detail.empty() ? "" : ": ", attempt.detail));
        }
    }

    const Script& script_;
    const OnceOptions& options_;
    std::stop_token stop_;
    load::Recorder recorder_{0, {}};
    Workbench bench_;
    ScriptUser user_;
    std::vector<http::Client> clients_;
};

}  // namespace

std::shared_ptr<const load::Program> make_script_program(std::shared_ptr<const Script> script,
                                                         std::uint64_t seed) {
    return std::make_shared<ScriptProgram>(std::move(script), seed);
}

Result<std::vector<KeptValue>> run_once(const Script& script, const OnceOptions& options,
                                        std::stop_token stop) {
    return OnceRunner(script, options, std::move(stop)).run();
}

}  // namespace mettle::scenario
