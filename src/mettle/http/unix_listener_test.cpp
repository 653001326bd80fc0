#include "mettle/http/unix_listener.hpp"

#include "mettle/base/exit_code.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

using namespace mettle;
using namespace mettle::http;

namespace {

class UnixListenerTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "/mettle-uds-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        path_ = folder_ / "socket";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string refusal(const std::string& path) {
        try {
            const UnixListener listener({path, 0600});
        } catch (const StartupError& error) {
            return error.what();
        }
        return "";
    }

    std::filesystem::path folder_;
    std::string path_;
};

TEST_F(UnixListenerTest, HasTheModeAndGoesWithItsFile) {
    {
        const UnixListener listener({path_, 0640});
        struct stat found{};
        ASSERT_EQ(::lstat(path_.c_str(), &found), 0);
        EXPECT_TRUE(S_ISSOCK(found.st_mode));
        EXPECT_EQ(found.st_mode & 0777U, 0640U);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, TakesThePlaceOfADeadOneOnly) {
    std::optional<UnixListener> first(std::in_place, UnixSocketOptions{path_, 0600});
    EXPECT_THAT(refusal(path_), testing::HasSubstr("is taken by a running program"));
    const std::string other = (folder_ / "moved").string();
    std::filesystem::rename(path_, other);  // Its file stays when its listener has gone.
    first.reset();
    ASSERT_TRUE(std::filesystem::exists(other));
    EXPECT_EQ(refusal(other), "");
}

TEST_F(UnixListenerTest, LeavesOtherFilesAlone) {
    std::ofstream(path_) << "precious";
    EXPECT_THAT(refusal(path_), testing::HasSubstr("is there and no socket"));
    EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(UnixListenerTest, SaysWhatIsWrongWithThePath) {
    EXPECT_THAT(refusal(std::string(200, 'x')), testing::HasSubstr("at most 107 bytes, not 200"));
    EXPECT_THAT(refusal((folder_ / "none" / "socket").string()),
                testing::HasSubstr("No such file or directory"));
}

}  // namespace
