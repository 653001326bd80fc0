#include "mettle/app/app.hpp"

#include "mettle/base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::app {

namespace net = boost::asio;

namespace {

bool is_plain(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string one_key(const char* key, std::string_view message) {
    // Refusals are what an overloaded server does most: a document and its escapes would take a
    // tenth of the time outside the kernel.
    if (is_plain(message)) return fmt::format(R"({{"{}":"{}"}})", key, message);
    // Bytes that are no UTF-8 may come from a request: replaced, not thrown about.
    const nlohmann::json body = {{key, message}};
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "/predictions" is not below "/predict".
bool is_below(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// What a handler threw is for the log; the client learns only that it was not its fault.
void answer_failure(http::Exchange& exchange, const std::exception& error) {
    log::error(fmt::format("{} {} failed: {}", exchange.request.method, exchange.request.path,
                           error.what()));
    exchange.response.clear();
    exchange.response.status = 500;
    exchange.response.body = detail_body("Internal Server Error");
}

Task<void> answer(App::CoroutineHandler& handler, Context context,
                  std::shared_ptr<http::Exchange> exchange) {
    try {
        co_await handler(context);
    } catch (const std::exception& error) {
        answer_failure(*exchange, error);
    }
    exchange->send();
}

}  // namespace

void answer(Context& context, std::string body, int status) {
    context.response().status = status;
    context.response().body = std::move(body);
    context.exchange.send();
}

std::string detail_body(std::string_view message) {
    return one_key("detail", message);
}
std::string error_body(std::string_view message) {
    return one_key("error", message);
}

void App::add(std::string_view method, std::string_view pattern, Handler handler) {
    router_.add(method, pattern, static_cast<std::uint32_t>(handlers_.size()));
    handlers_.push_back(std::move(handler));
}

void App::add_coroutine(std::string_view method, std::string_view pattern,
                        CoroutineHandler handler) {
    add(method, pattern, [handler = std::move(handler)](Context& context) mutable {
        auto held = context.exchange.hold();
        auto& io = context.exchange.io();
        auto task = answer(handler, context, std::move(held));
        net::co_spawn(io, std::move(task), [](const std::exception_ptr&) {});
    });
}

void App::errors_below(std::string prefix, StatusErrorBody body) {
    error_bodies_.emplace_back(std::move(prefix), std::move(body));
}

void App::errors_below(std::string prefix, ErrorBody body) {
    errors_below(std::move(prefix),
                 [body = std::move(body)](int, std::string_view message) { return body(message); });
}

void App::handle(http::Exchange& exchange) {
    Context context{exchange, {}};
    const auto match = router_.find(exchange.request.method, exchange.request.path, context.params);
    switch (match.kind) {
        case Router::Match::Kind::found:
            return call(handlers_[match.route], context);
        case Router::Match::Kind::no_path:
            return refuse(exchange, 404, "Not Found");
        case Router::Match::Kind::wrong_method:
            exchange.response.add_header("Allow", match.allow);
            return refuse(exchange, 405, "Method Not Allowed");
    }
}

// A handler throws before it answers, never after.
void App::call(const Handler& handler, Context& context) {
    try {
        handler(context);
    } catch (const std::exception& error) {
        answer_failure(context.exchange, error);
        context.exchange.send();
    }
}

void App::refuse(http::Exchange& exchange, int status, std::string_view message) const {
    exchange.response.status = status;
    exchange.response.body = detail_body(message);
    for (const auto& [prefix, body] : error_bodies_) {
        if (is_below(exchange.request.path, prefix)) exchange.response.body = body(status, message);
    }
    exchange.send();
}

void App::on_sent(http::Exchange& exchange) {
    if (observer_) observer_(exchange);
}

void App::on_refused(int status) {
    if (refusal_observer_) refusal_observer_(status);
}

}  // namespace mettle::app
