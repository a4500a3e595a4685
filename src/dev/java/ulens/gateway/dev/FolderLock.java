package ulens.gateway.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A lock that lets only one gateway use a folder. The operating system frees it when the process ends, however it ends.
 * <p>
 * The file is never deleted: a lock on a deleted file would exclude nobody.
 */
final class FolderLock implements AutoCloseable {
    private static final String FILE = "gateway.lock";
    /** A byte far behind the content, because Windows lets nobody read the locked part. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;
    /**
     * The folders that this process holds. It must not even open the file twice: closing one channel frees the lock of
     * the other.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * @param folder
     *            an existing folder, as a real path
     *
     * @throws IllegalStateException
     *             another gateway holds it
     */
    static FolderLock take(Path folder) {
        if (!HELD_HERE.add(folder)) {
            throw inUse(folder, "this process");
        }
        boolean taken = false;
        try {
            FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
                if (lock == null) {
                    throw inUse(folder, "process " + read(channel));
                }
                write(channel, Long.toString(ProcessHandle.current().pid()));
                taken = true;
                return new FolderLock(folder, channel);
            } finally {
                if (!taken) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lock " + folder.resolve(FILE) + ": " + e, e);
        } finally {
            if (!taken) {
                HELD_HERE.remove(folder);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD_HERE.remove(folder);
        }
    }

    private static IllegalStateException inUse(Path folder, String holder) {
        return new IllegalStateException("Another gateway (" + holder + ") uses the folder " + folder
                + ". Stop it, start this one in a folder of its own, or set DATABASE_URL to a real PostgreSQL.");
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(20);
        channel.read(content, 0);
        return US_ASCII.decode(content.flip()).toString();
    }

    private static void write(FileChannel channel, String content) throws IOException {
        channel.truncate(0);
        channel.write(US_ASCII.encode(content), 0);
    }
}
