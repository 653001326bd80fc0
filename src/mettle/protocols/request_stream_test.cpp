#include "mettle/protocols/request_stream.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

namespace mettle::protocols {
namespace {

using ::testing::ElementsAre;

// A program on the other end of a pipe.
class RequestStreamTest : public ::testing::Test {
protected:
    RequestStreamTest() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~RequestStreamTest() override {
        close_writer();
        ::close(ends_[0]);
    }
    int reader() const { return ends_[0]; }
    int writer() const { return ends_[1]; }
    void write(std::string_view text) const {
        EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void close_writer() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }
    static Result<StreamedRequest> target_of(const RequestLine& line) {
        return StreamedRequest{line.request.target};
    }
    // The next one; "" when it is over.
    static std::string next(RequestStream& stream) {
        StreamedRequest request;
        for (;;) {
            switch (stream.take(request)) {
                case RequestStream::Take::taken:
                    return request.bytes;
                case RequestStream::Take::over:
                    return "";
                case RequestStream::Take::not_yet:
                    std::this_thread::yield();
            }
        }
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST_F(RequestStreamTest, GivesEachOnceInOrderAndIsOverWithTheProgram) {
    write("\n{\"url\":\"/a\"}\n");
    RequestStream stream(reader(), "standard input");
    ASSERT_TRUE(stream.first());
    EXPECT_EQ(stream.first()->get().line, 2U);
    stream.start(target_of);
    EXPECT_EQ(next(stream), "/a");
    write("{\"url\":\"/b\"}\n{\"url\":");
    EXPECT_EQ(next(stream), "/b");
    StreamedRequest request;
    EXPECT_EQ(stream.take(request), RequestStream::Take::not_yet);  // Half a line is none.
    write("\"/c\"}");
    close_writer();
    EXPECT_EQ(next(stream), "/c");
    EXPECT_EQ(next(stream), "");
    EXPECT_EQ(stream.mistake(), "");
}

TEST_F(RequestStreamTest, AMistakeEndsItWithItsLine) {
    write("{\"url\":\"/a\"}\n{\"url\":\"/b\"}\n{\"ulr\":\"/c\"}\n{\"url\":\"/d\"}\n");
    RequestStream stream(reader(), "standard input");
    ASSERT_TRUE(stream.first());
    stream.start(target_of);
    EXPECT_THAT((std::array{next(stream), next(stream), next(stream)}),
                ElementsAre("/a", "/b", ""));
    EXPECT_THAT(stream.mistake(), ::testing::StartsWith("standard input:3: there is no 'ulr'"));
}

TEST_F(RequestStreamTest, TheFirstMustBeThereAndRight) {
    write("{\"url\":\"/a\" oops\n");
    RequestStream wrong(reader(), "standard input");
    EXPECT_THAT(wrong.first().error().message, ::testing::StartsWith("standard input:1:"));
    close_writer();
    RequestStream empty(reader(), "standard input");
    EXPECT_EQ(empty.first().error().message, "standard input is empty");
}

// What nobody takes is not read: the program waits in its write.
TEST_F(RequestStreamTest, HoldsTheProgramBack) {
    RequestStream stream(reader(), "standard input");
    std::atomic<std::size_t> written = 0;
    constexpr std::size_t kLines = RequestStream::kMostWaiting * 20;
    std::thread program([this, &written] {
        const std::string line = "{\"url\":\"/" + std::string(200, 'x') + "\"}\n";
        for (std::size_t count = 0; count < kLines; ++count) {
            write(line);
            ++written;
        }
        close_writer();
    });
    ASSERT_TRUE(stream.first());
    stream.start(target_of);
    EXPECT_NE(next(stream), "");
    // A pipe holds 64 KiB, and one block is in hand.
    EXPECT_LT(written, kLines / 2);
    std::size_t taken = 1;
    while (!next(stream).empty()) ++taken;
    program.join();
    EXPECT_EQ(taken, kLines);
}

TEST_F(RequestStreamTest, StopsWhileTheProgramSaysNothing) {
    write("{\"url\":\"/a\"}\n");
    RequestStream stream(reader(), "standard input");
    ASSERT_TRUE(stream.first());
    stream.start(target_of);
    EXPECT_EQ(next(stream), "/a");
}

}  // namespace
}  // namespace mettle::protocols
