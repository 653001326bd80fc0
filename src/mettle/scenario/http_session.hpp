#pragma once

// One user's side of HTTP: where it sends, what it sends along, what it remembers. Renders requests
// to wire bytes and shows answers, with redirects followed and content decoded. One thread.

#include "mettle/http/client.hpp"
#include "mettle/http/message.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/protocols/detail_texts.hpp"
#include "mettle/protocols/event_meter.hpp"
#include "mettle/scenario/cookie_jar.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::scenario {

// What the users of a run share. Immutable.
struct HttpSetup {
    static constexpr int kMostRedirects = 30;

    // Targets that begin with '/' go to the first, behind its own path. Absolute URLs may go to
    // any. The transport has the same addresses in the same order.
    std::vector<http::Url> origins;
    http::HeaderList headers;  // Of every request.
    // Requests in clear go to a proxy, which wants their whole URL.
    bool through_proxy = false;
};

struct RequestParts {
    std::string_view method = "GET";
    std::string_view target = "/";  // "/items?page=2" or an absolute URL
    std::span<const http::Header> headers = {};
    std::string_view body = {};
    std::string_view content_type = {};  // Empty: no such header but those above.
    bool follow_redirects = true;        // Not those of a HEAD, which nobody follows.
};

// An answer while it is there: all views end with the call that shows it.
struct AnswerSeen {
    std::string_view header(std::string_view name) const;  // Empty where there is none.
    bool ok() const { return status >= 200 && status < 400; }

    int status = 0;
    std::string_view head;
    // Decoded, where it came as gzip or deflate. Of a stream: the data of its last event.
    std::string_view body;
    const protocols::EventMeter* events = nullptr;  // Of an answer that was read as a stream.
};

class HttpSession final : public load::AnswerReader {
public:
    // Who asked. May change the attempt's outcome, as load::AnswerReader says, and may prepare the
    // next request already.
    class Asker {
    public:
        virtual void on_answer(load::Attempt& attempt, const AnswerSeen& answer) = 0;

    protected:
        ~Asker() = default;
    };

    // All must live longer; `details` keeps what failures say.
    HttpSession(const HttpSetup& setup, protocols::DetailTexts& details, Asker& asker)
        : setup_(setup), details_(details), asker_(asker) {}
    ~HttpSession() { drop_socket(); }
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    // Renders the request. Errors: a target of a host that the setup does not have.
    Result<void> prepare(const RequestParts& parts);
    // The same for this user's WebSocket, of which there is one at a time. Open: `parts` says where
    // and with which headers; fails where one is open. Exchange: sends `message` (nothing, where
    // that is empty and messages are waited for) and waits for so many; close says goodbye.
    Result<void> prepare_socket(const RequestParts& parts);
    void prepare_message(std::string_view message, std::uint32_t messages, bool binary);
    void prepare_goodbye();
    bool has_socket() const { return socket_.socket != 0; }
    // Closes the WebSocket that is open, if any: no request of the statistics. REQUIRES: none of
    // its requests is in flight. So does the end of the session.
    void drop_socket();
    // The request that was prepared last, for this attempt. Its task is the caller's.
    void fill(load::Attempt& attempt);
    // Between prepare() and fill(): the answer is read as a stream of events. The limits must live
    // until it is there.
    void read_events(const protocols::EventLimits& limits);
    // The same for bytes that are ready and need no cookie: they must live until the answer.
    void fill(load::Attempt& attempt, const load::MadeRequest& ready, std::string_view path);

    const std::string& path() const { return path_; }  // Of the request that was prepared last.
    CookieJar& cookies() { return cookies_; }
    http::HeaderList& headers() { return headers_; }  // Of this user's requests from now on.
    void fail(load::Attempt& attempt, load::Outcome outcome, std::string_view why) {
        attempt.outcome = outcome;
        attempt.detail = details_.keep(why);
    }

private:
    Then on_answer(load::Attempt& attempt, const load::AnswerView& answer) override;
    bool on_piece(load::Attempt& attempt, std::string_view bytes, std::int64_t now_ns) override;
    void judge_events(load::Attempt& attempt, const AnswerSeen& seen);
    bool follow(load::Attempt& attempt, const AnswerSeen& answer);
    Result<void> find_origin(std::string_view target);
    void render(const RequestParts& parts, bool whole_url);

    const HttpSetup& setup_;
    protocols::DetailTexts& details_;
    Asker& asker_;
    CookieJar cookies_;
    http::HeaderList headers_;
    std::string bytes_;
    std::string path_;  // Of the request in flight, for cookies and relative redirects.
    load::MadeRequest made_;
    load::SocketUse socket_;
    const protocols::EventLimits* events_ = nullptr;  // Of the request that was prepared last.
    std::unique_ptr<protocols::EventMeter> meter_;    // From the first stream on.
    std::uint16_t origin_ = 0;
    bool may_follow_ = false;
    int redirects_ = 0;
};

// Which of `origins` an absolute URL is for; the rest of it is the target. -1: none.
int origin_of(const http::Url& url, std::span<const http::Url> origins);

}  // namespace mettle::scenario
