#pragma once

// Reads one HTTP/1.x response from bytes as they come, no further than a load test needs: status,
// where the body ends, whether the connection stays open, and the few headers that are measured.
// No I/O, no allocation unless a body is kept.

#include "mettle/http/server_timing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::http {

// Takes the content of a body as it comes, without the framing of chunks.
class BodySink {
public:
    virtual void on_body(std::string_view bytes) = 0;

protected:
    ~BodySink() = default;
};

class ResponseScanner {
public:
    static constexpr std::size_t kMaxHead = 64 * 1024;
    static constexpr int kMaxInterim = 16;  // 1xx answers before the real one.

    struct Want {
        bool is_head = false;    // The request was a HEAD: no body follows.
        bool keep_body = false;  // Else its bytes are counted and dropped.
        bool keep_head = false;
        BodySink* sink = nullptr;  // Gets the content, kept or not.
        std::uint64_t max_body = UINT64_MAX;
    };

    // Forgets the last response.
    void begin(Want want);

    // Takes bytes off the front and says how many; call again with the rest and more until done()
    // or error(). A head is taken whole or not at all, so `bytes` must begin with what was left.
    std::size_t consume(std::string_view bytes);
    // The peer sends no more: the end of a body without a length, else an error.
    void end_of_stream();

    bool done() const { return stage_ == Stage::done; }
    std::string_view error() const { return error_; }        // Empty: none. A literal.
    bool has_head() const { return stage_ != Stage::head; }  // Of the real answer.
    bool started() const { return stage_ != Stage::head || interim_ > 0; }

    int status() const { return status_; }
    bool keep_alive() const { return keep_alive_; }
    const ServerTiming& server_timing() const { return server_timing_; }
    std::int64_t json_size() const { return json_size_; }  // Inference-Header-Content-Length; or -1
    std::uint64_t body_bytes() const { return body_bytes_; }  // Of the content, so far.
    // The last head without its empty line: with keep_head until begin(), else valid only as long
    // as the bytes given to the consume() that took it.
    std::string_view head() const { return want_.keep_head ? kept_head_ : head_; }
    // With keep_body: the content. Valid as long as the bytes given to consume(), until begin().
    std::string_view body() const { return whole_body_.data() ? whole_body_ : body_; }

private:
    enum class Stage {
        head,
        length,
        chunk_size,
        chunk_data,
        chunk_end,
        trailer,
        until_close,
        done
    };

    std::size_t take_head(std::string_view bytes);
    bool take_status_line(std::string_view line);
    void take_header(std::string_view line);
    void begin_body();
    std::size_t take_length(std::string_view bytes);
    std::size_t take_chunks(std::string_view bytes);
    void take_chunk_size(char character);
    void take_chunk_end(char character);
    void take_trailer(char character);
    std::size_t take_data(std::string_view bytes, std::uint64_t most);
    void fail(std::string_view error);

    Want want_;
    Stage stage_ = Stage::head;
    int status_ = 0;
    int interim_ = 0;
    bool keep_alive_ = true;
    bool chunked_ = false;
    std::int64_t length_ = -1;
    std::int64_t json_size_ = -1;
    std::uint64_t left_ = 0;        // Of the body or chunk.
    std::uint64_t body_bytes_ = 0;  // So far.
    std::uint32_t line_bytes_ = 0;  // Of a chunk's size line, or of the trailer.
    bool chunk_digits_over_ = false;
    ServerTiming server_timing_;
    std::string_view error_;
    std::string_view head_;
    std::string kept_head_;
    std::string_view whole_body_;
    std::string body_;
};

}  // namespace mettle::http
