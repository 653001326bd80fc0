#include "mettle/serving/access_log.hpp"

#include "mettle/base/log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle {

namespace {

std::string printable(std::string_view text) {
    std::string out(text.substr(0, 2048));
    std::ranges::replace_if(
        out, [](char character) { return character < 0x20 || character == 0x7f; }, '?');
    return out;
}

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void log_access(const http::Exchange& exchange) {
    const http::Request& request = exchange.request;
    const auto took = std::chrono::steady_clock::now() - request.received;
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    std::size_t bytes = exchange.response.body.size();
    for (const auto& attachment : exchange.response.attachments) bytes += attachment.bytes.size();
    const std::string& client = exchange.client.empty() ? exchange.peer : exchange.client;
    if (log::format() == log::Format::text) {
        log::access(fmt::format("{} \"{} {}\" {} {} B {:.3f} ms", client, printable(request.method),
                                printable(request.path), exchange.response.status, bytes, ms),
                    {});
    } else {
        log::access(
            {},
            fmt::format(
                R"("message":"request","client":{},"method":{},"path":{},"status":{},"bytes":{},"duration_ms":{:.3f})",
                json_text(client), json_text(request.method), json_text(request.path),
                exchange.response.status, bytes, ms));
    }
}

}  // namespace mettle
